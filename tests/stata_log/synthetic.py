"""Synthetic Stata logs, written by the grammar of genuine ones: a do-file's echo with chosen output between."""

import math
import re

ART = ("  ___  ____  ____  ____  ____ ", " /__    /   ____/   /   ____/", "___/   /   /___/   /   /___/")
YEARS = {"13": "1985-2013 StataCorp LP", "14": "1985-2015 StataCorp LP", "15": "1985-2017 StataCorp LLC"}
YEARS |= {"16": "1985-2019 StataCorp LLC", "17": "1985-2021 StataCorp LLC", "18": "1985-2023 StataCorp LLC"}
YEARS |= {"19": "1985-2025 StataCorp LLC"}
REHEARSAL_HEAD = ["", "REHEARSAL ENGINE, NOT STATA", "it computes what a rehearsal needs and nothing else", ""]


def head(version: str = "18.0", *, serial: str = "401800000000", mark: str | None = None) -> list[str]:
    """The head of a batch log as that version writes it ("18.5now" for StataNow), blank lines around it included."""
    number, now = version.removesuffix("now"), version.endswith("now")
    major = number.split(".")[0]
    return _new_head(number, major, now, serial, mark) if int(major) >= 17 else _old_head(number, major, serial, mark)


def _new_head(number: str, major: str, now: bool, serial: str, mark: str | None) -> list[str]:
    late = now or major == "19"
    phone, mail = ("800-782-8272", "service@stata.com") if late else ("800-STATA-PC", "stata@stata.com")
    return [
        "",
        ART[0] + (mark or "®"),
        f"{ART[1]}      {'StataNow ' if now else ''}{number}",
        f"{ART[2]}       SE—Standard Edition",
        "",
        f" Statistics and Data Science       Copyright {YEARS[major]}",
        " " * 35 + "StataCorp",
        " " * 35 + f"{phone:20}https://www.stata.com",
        " " * 35 + f"979-696-4600        {mail}",
        "",
        "Stata license: Single-user  perpetual",
        f"Serial number: {serial}",
        "  Licensed to: Nobody",
        " " * 15 + "Nowhere",
        "",
        "Notes:",
        "      1. Stata is running in batch mode.",
        "      2. Unicode is supported; see help unicode_advice.",
        "      3. Maximum number of variables is set to 5,000 but can be increased;",
        "          see help set_maxvar.",
        "",
    ]


def _old_head(number: str, major: str, serial: str, mark: str | None) -> list[str]:
    notes = ["      1.  Stata is running in batch mode."] if int(major) >= 14 else ["      1.  Stata running in batch mode"]
    return [
        "",
        ART[0] + (mark or "(R)"),
        ART[1],
        f"{ART[2]}   {number}   Copyright {YEARS[major]}",
        "  Statistics/Data Analysis            StataCorp",
        "     MP - Parallel Edition            College Station, Texas 77845 USA",
        " " * 38 + "800-STATA-PC        http://www.stata.com",
        " " * 38 + "979-696-4600        stata@stata.com",
        "",
        "Single-user 2-core Stata license expires 19 Mar 2039:",
        f"       Serial number:  {serial}",
        "         Licensed to:  Nobody",
        " " * 23 + "Nowhere",
        "",
        "Notes:",
        *notes,
        "",
    ]


def broken(line: str, width: int = 79) -> list[str]:
    """A line as it stands on a page of that width."""
    lines, rest = [line[:width]], line[width:]
    while rest:
        lines.append("> " + rest[: width - 2])
        rest = rest[width - 2 :]
    return lines


def echoed(do_text: str, printed: dict[str, list[str]] | None = None) -> list[str]:
    """A do-file's echo. `printed` gives, for a command's text, what it prints; a loop prints after its last line."""
    printed = printed or {}
    lines: list[str] = []
    number, braces, in_if, joined = 0, 0, 0, ""
    for text in do_text.removesuffix("\n").split("\n"):
        shown = text.expandtabs(8)
        if joined:
            lines += broken("> " + shown)
            joined += " " + shown
        else:
            lines += broken((f"{number:3d}. " if number else ". ") + shown)
            joined = shown
        if joined.endswith("///"):
            continue
        command, joined = joined.strip(), ""
        if number:
            number += 1
            braces += command.endswith("{") - command.startswith("}")
            if braces:
                continue
            number = 0
        elif re.match(r"(foreach|forvalues|while)\b.*\{$", command):
            number, braces = 2, 1
            continue
        else:
            in_if += command.endswith("{") - command.startswith("}")
        lines += printed.get(command, [])
        if command and not command.startswith(("*", "//")) and not in_if:
            lines.append("")
    return lines


def batch(
    do_text: str,
    printed: dict[str, list[str]] | None = None,
    *,
    version: str = "18.0",
    ending: str = "ok",
    do_echo: str = ". do stata.do ",
    top: list[str] | None = None,
) -> str:
    """A whole batch log. `ending`: "ok", "killed", or a message and code as "variable z not found|111"."""
    lines = [*(head(version) if top is None else top), do_echo, "", *echoed(do_text, printed)]
    if ending == "ok":
        lines += [". ", "end of do-file"]
    elif ending != "killed":
        message, code = ending.split("|")
        while lines and not lines[-1]:
            lines.pop()
        lines += [message, f"r({code});", "", "end of do-file", f"r({code});"]
    return "\n".join(lines) + "\n"


def opened(path: str = "/work/job/result.log") -> list[str]:
    """What `log using` prints."""
    return [
        "-" * 79,
        "      name:  <unnamed>",
        f"       log:  {path}",
        "  log type:  text",
        " opened on:  11 Jan 2026, 10:34:31",
    ]


def closed(path: str = "/work/job/result.log") -> list[str]:
    """What `log close` prints."""
    named = ["      name:  <unnamed>", f"       log:  {path}", "  log type:  text", " closed on:  11 Jan 2026, 10:34:32"]
    return [*named, "-" * 79]


def g9(value: float) -> str:
    """A number in Stata's %9.0g."""
    if not math.isfinite(value):
        return "."
    if value == int(value) and abs(value) < 1e7:
        return str(int(value))
    size = abs(value)
    if size >= 1e7 or size < 1e-5:
        return f"{value:.2e}"
    whole = math.floor(math.log10(size)) + 1 if size >= 1 else 0
    text = f"{value:.{7 - whole}f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if size < 1 else text
