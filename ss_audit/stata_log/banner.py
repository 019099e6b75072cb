"""The head of a batch log: art, version, edition, licence form, notes.

Versions and the parts that go with them are a relation, not a function: late builds changed the mark, the phone block
and the licence's form without changing the version. So each part is judged by the set of forms seen in genuine logs.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from ss_audit.stata_log.model import Banner

ART_TOP = "  ___  ____  ____  ____  ____ "
ART_MIDDLE = " /__    /   ____/   /   ____/"
ART_BOTTOM = "___/   /   /___/   /   /___/"
REHEARSAL_MARK = re.compile(r"REHEARSAL\s+ENGINE\W+NOT\s+STATA", re.IGNORECASE)
EDITIONS = {"MP": "Parallel Edition", "SE": "Standard Edition", "BE": "Basic Edition"}
OLD_EDITIONS = (("MP - Parallel Edition", "MP"), ("Special Edition", "SE"), ("IC", "IC"))

OLD_PHONE, NEW_PHONE = "800-STATA-PC", "800-782-8272"
OLD_MAIL, NEW_MAIL = "stata@stata.com", "service@stata.com"


class Build(NamedTuple):
    """The forms seen with one version: marks, copyright texts, slogans, phones, licence forms."""

    marks: frozenset[str]
    copyright: re.Pattern[str]
    slogans: frozenset[str]
    phones: frozenset[tuple[str, str]]
    licences: frozenset[str]


def _build(marks: str, copyright_text: str, slogans: str, phones: str, licences: str) -> Build:
    blocks = {"old": (OLD_PHONE, OLD_MAIL), "new": (NEW_PHONE, NEW_MAIL)}
    return Build(
        frozenset(marks.split()),
        re.compile(copyright_text + "$"),
        frozenset(slogans.split("|")),
        frozenset(blocks[p] for p in phones.split()),
        frozenset(licences.split()),
    )


_ANALYSIS, _SCIENCE = "Statistics/Data Analysis", "Statistics and Data Science"
BUILDS: dict[str, Build] = {
    "11": _build("(R)", r"(1985-)?2009 StataCorp LP", _ANALYSIS, "old", "old"),
    "12": _build("(R)", r"1985-2011 StataCorp LP", _ANALYSIS, "old", "old"),
    "13": _build("(R)", r"1985-2013 StataCorp LP", _ANALYSIS, "old", "old"),
    "14": _build("(R)", r"1985-2015 StataCorp (LP|LLC)", _ANALYSIS, "old", "old"),
    "15": _build("(R)", r"1985-2017 StataCorp LLC", _ANALYSIS, "old", "old"),
    "16": _build("(R)", r"1985-2019 StataCorp LLC", _ANALYSIS + "|Statistics/Data analysis", "old", "old new"),
    "17": _build("© ®", r"1985-2021 StataCorp LLC", _SCIENCE, "old", "new"),
    "18": _build("®", r"1985-2023 StataCorp LLC", _SCIENCE, "old new", "new"),
    "19": _build("®", r"1985-2025 StataCorp LLC", _SCIENCE, "new", "new"),
}

_OLD_VERSION = re.compile(r"___/   /   /___/   /   /___/\s+(\d+\.\d)\s+Copyright (.+)$")
_NEW_VERSION = re.compile(r" /__    /   ____/   /   ____/\s+(StataNow |Stata )?(\d+\.\d)$")
_NEW_EDITION = re.compile(r"___/   /   /___/   /   /___/\s+(MP|SE|BE)—(.+)$")
_EXPIRY = re.compile(r"expir(?:es|ing)\s+(\d{1,2} [A-Z][a-z]{2} \d{4})")
_NOTE = re.compile(r"^\s{2,8}(\d+)\.\s{1,2}(\S.*)$")


def is_art_top(line: str) -> bool:
    """Whether a line is the first line of the head's art, genuine mark or not."""
    return line.rstrip().startswith(ART_TOP.rstrip())


def read_banner(head: Sequence[str]) -> Banner | None:
    """The head's lines (from the art to the notes, none of them wrapped) as a banner; None where no version stands.

    Errors: none; what does not fit becomes an oddity.
    """
    if len(head) < 3:
        return None
    new, old = _NEW_VERSION.match(head[1].rstrip()), _OLD_VERSION.match(head[2].rstrip())
    if old:
        version, now = old.group(1), False
    elif new:
        version, now = new.group(2), (new.group(1) or "").startswith("StataNow")
    else:
        return None
    licence = _licence_form(head)
    serial = next((m.group(1) for line in head if (m := re.match(r"\s*Serial number:\s*(\S+)", line))), None)
    return Banner(
        version=version,
        now=now,
        edition=_edition(head),
        licence_form=licence,
        serial_digits=len(serial) if serial and serial.isdigit() else None,
        expires=_expiry(head),
        oddities=tuple(_oddities(head, version, now, old is not None, licence, serial)),
    )


def read_notes(head: Sequence[str]) -> tuple[str, ...]:
    """The numbered notes of the head, continuation lines joined."""
    notes: list[str] = []
    for line in head[next((i for i, x in enumerate(head) if x.startswith("Notes:")), len(head)) + 1 :]:
        if m := _NOTE.match(line):
            notes.append(m.group(2).rstrip())
        elif notes and line.startswith(" " * 8):
            notes[-1] += " " + line.strip()
        else:
            break
    return tuple(notes)


def _edition(head: Sequence[str]) -> str | None:
    if m := _NEW_EDITION.match(head[2].rstrip()):
        return m.group(1)
    for line in head[3:9]:
        for text, name in OLD_EDITIONS:
            if line.strip().startswith(text):
                return name
    return None


def _licence_form(head: Sequence[str]) -> Literal["old", "new"] | None:
    if any(line.startswith("Stata license: ") for line in head):
        return "new"
    if any(re.match(r"\S.*license( expires .*)?:$", line.rstrip()) for line in head):
        return "old"
    return None


def _expiry(head: Sequence[str]) -> str | None:
    for line in head:
        if m := _EXPIRY.search(line):
            try:
                return datetime.strptime(m.group(1), "%d %b %Y").date().isoformat()
            except ValueError:
                return None
    return None


def _oddities(
    head: Sequence[str], version: str, now: bool, old_layout: bool, licence: str | None, serial: str | None
) -> list[str]:
    major = version.split(".")[0]
    build = BUILDS.get(major)
    if build is None:
        return [f"version {version} is not among those that we know the head of"]
    odd: list[str] = []
    if old_layout != (int(major) <= 16):
        odd.append("the version stands where another generation of Stata prints it")
    if now and version not in ("18.5", "19.5"):
        odd.append(f"there is no StataNow {version}")
    if not now and version in ("18.5", "19.5"):
        odd.append(f"{version} exists as StataNow only")
    if head[0][len(ART_TOP) :].strip() not in build.marks:
        odd.append("the mark beside the art is not one that goes with this version")
    if not old_layout and not ((m := _NEW_EDITION.match(head[2].rstrip())) and EDITIONS[m.group(1)] == m.group(2)):
        odd.append("the edition line is not one of Stata's")
    block = [line.strip() for line in head[3:12]]
    if not any((i := text.find("Copyright ")) >= 0 and build.copyright.match(text[i + 10 :]) for text in _with(head)):
        odd.append("the copyright text is not one that goes with this version")
    if not any(text.startswith(tuple(build.slogans)) for text in block):
        odd.append("the slogan is not one that goes with this version")
    if not any(any(p in t for t in block) and any(m in t for t in block) for p, m in build.phones):
        odd.append("telephone and mail address are not those that go with this version")
    if licence is None:
        odd.append("the licence block is missing")
    elif licence not in build.licences:
        odd.append("the licence block has the form of another generation of Stata")
    if serial is not None and not (serial.isdigit() and len(serial) in (10, 12)):
        odd.append(f"the serial number has {len(serial)} characters; StataCorp's have 12 (10 in old versions)")
    return odd


def _with(head: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in head[:6]]
