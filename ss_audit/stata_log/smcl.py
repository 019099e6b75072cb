"""SMCL logs as plain text: the directives that Stata writes into a log, not the whole markup language."""

import re

# Braces stand in private-use characters until all directives are gone, so that a brace of the text is no directive.
_SPECIAL = {"-(": "\ue000", ")-": "\ue001", "|": "|", "-": "-"}
_BRACES = str.maketrans("\ue000\ue001", "{}")
_HLINE = re.compile(r"\{hline(?: (\d+))?\}")
_SPACE = re.compile(r"\{(?:space|dup) (\d+)(?::([^{}]*))?\}")
_BARE = re.compile(r"\{[a-z_]+(?: [^{}]*)?\}")


def is_smcl(line: str) -> bool:
    """Whether a first line opens a SMCL log."""
    return line.strip().startswith("{smcl}")


def plain(lines: list[str]) -> list[str]:
    """The lines as they would read in a text log. `{search r(601), local:r(601);}` becomes `r(601);`."""
    return [_plain(line) for line in lines if line.strip() != "{smcl}"]


def _plain(line: str) -> str:
    line = re.sub(r"\{c ([^{}]+)\}", lambda m: _SPECIAL.get(m.group(1).strip(), "+"), line)
    line = _HLINE.sub(lambda m: "-" * int(m.group(1) or 79), line)
    line = _SPACE.sub(lambda m: " " * int(m.group(1)), line)
    line = re.sub(r"\{col (\d+)\}", " ", line)
    line = re.sub(r"\{(?:search|help|stata|browse) [^{}]*?:([^{}]*)\}", r"\1", line)
    line = re.sub(r"\{(?:bf|it|ul|sf|res|inp|err|error|txt|text|result|com|ralign \d+|lalign \d+):([^{}]*)\}", r"\1", line)
    return _BARE.sub("", line).translate(_BRACES)
