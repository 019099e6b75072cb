"""One Stata command line taken apart: prefixes, name, variables, qualifiers, options."""

import re

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.blocks import code_of

_PREFIX = re.compile(r"^(?:(?:cap(?:t\w*)?|qui(?:e\w*)?|noi(?:s\w*)?|version\s+[\d.]+)\s*:?\s+|(?:xi|by\w*[^:]*)\s*:\s*)+")
_WEIGHT = re.compile(r"\[\s*(?:[afpi]\w*\s*)?=[^\]]*\]")
_QUALIFIER = re.compile(r"(?:^|\s)(if|in)\s+.*$")
_MACRO = re.compile(r"[`$]")

# name → the shortest abbreviation that Stata takes for it
_ABBREVIATIONS = {
    "summarize": "su", "regress": "reg", "tabulate": "ta", "correlate": "cor", "generate": "g", "count": "cou",
    "display": "di", "describe": "d", "replace": "replace", "rename": "ren", "keep": "keep", "drop": "drop",
    "preserve": "preserve", "restore": "restore", "append": "app", "merge": "mer", "use": "u", "import": "import",
    "sysuse": "sysuse", "input": "inp", "ttest": "ttest", "tabstat": "tabstat", "insheet": "insheet",
}  # fmt: skip


class CommandLine(Fact):
    """`name` is in full where it is one that we know. `arguments` are the words up to a qualifier or the options.

    `qualifier` holds the `if` or `in` part, `weight` the weight in brackets; each is "" when absent. `by` says that a
    `by:` prefix stands before. `has_macros` says that a macro stands in the arguments, so that their names are unknown.
    """

    text: str
    name: str
    arguments: tuple[str, ...] = ()
    qualifier: str = ""
    weight: str = ""
    options: str = ""
    by: bool = False
    has_macros: bool = False

    def option(self, *names: str) -> str | None:
        """The argument of the first of these options that is given: "" for one without, None when none is."""
        for name in names:
            if m := re.search(rf"(?:^|[\s,)]){re.escape(name)}(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\)|(?![\w(]))", self.options):
                return (m.group(1) or "").strip()
        return None


def read_command(text: str) -> CommandLine:
    """An echoed command's text → its parts. Errors: none; an empty text has the name ""."""
    code = re.sub(r"\s*///\s*", " ", code_of(text))
    prefix = _PREFIX.match(code)
    body = code[prefix.end() :] if prefix else code
    body, options = _split_options(body)
    weight = m.group(0) if (m := _WEIGHT.search(body)) else ""
    body = body.replace(weight, " ") if weight else body
    qualifier = m.group(0).strip() if (m := _QUALIFIER.search(body)) else ""
    body = body[: m.start()] if (m := _QUALIFIER.search(body)) else body
    words = body.split()
    name = _full_name(words[0]) if words else ""
    return CommandLine(
        text=text.strip(),
        name=name,
        arguments=tuple(words[1:]),
        qualifier=qualifier,
        weight=weight,
        options=options,
        by=bool(prefix and re.search(r"\bby", prefix.group(0))),
        has_macros=bool(_MACRO.search(" ".join(words[1:]))),
    )


def _split_options(body: str) -> tuple[str, str]:
    """The parts before and after the first comma outside of parentheses and quotes."""
    depth, quoted = 0, False
    for i, c in enumerate(body):
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "([":
            depth += 1
        elif not quoted and c in ")]":
            depth -= 1
        elif not quoted and c == "," and depth == 0:
            return body[:i].strip(), body[i + 1 :].strip()
    return body.strip(), ""


def _full_name(word: str) -> str:
    for full, shortest in _ABBREVIATIONS.items():
        if full.startswith(word) and word.startswith(shortest):
            return full
    return word
