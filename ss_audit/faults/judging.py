"""Whether a fault was killed, and for the right reason. Pure: from the catalogue's row and the verdict that was reached."""

import re
from collections.abc import Mapping
from typing import Any

from ss_audit.evidence.model import Fact
from ss_audit.faults.catalogue import Fault, Severity, Variant
from ss_audit.verdict import EXIT_CODES, STANDS_IN

SHOWN = 240


class Ended(Fact):
    """How a run of the shipped command ended: exit code, verdict.json (empty: none), seconds, and its last words.

    `verified` is what judging the bundle again came to when that differs from the verdict, in words; None when it agrees.
    """

    exit_code: int
    verdict: dict[str, Any]
    seconds: float
    last_words: str = ""
    verified: str | None = None


class Root(Fact):
    """A finding that stood in the way by itself."""

    scenario: str
    check: str
    outcome: str
    saw: str


class Row(Fact):
    """One fault with what came of it.

    `why_not` says why it does not count as killed; `noticed` are the ids of all checks that found by themselves that the
    spec is broken or not shown to be kept, and the declared one; `cells` holds the outcome of each scenario that was run.
    """

    name: str
    group: str
    what: str
    severity: Severity
    seen: str | None
    scenario: str
    check: str
    killed: bool
    killed_by: str | None
    why_not: str | None
    saw: str | None
    verdict: str | None
    blame: str | None
    noticed: tuple[str, ...]
    cells: dict[str, str]
    seconds: float


class SoundRow(Fact):
    """One sound variant: whether the audit judged it as it judges the reference SS, and how it differed when not."""

    name: str
    what: str
    as_expected: bool
    deviations: tuple[str, ...]
    seconds: float


def judged(fault: Fault, ended: Ended) -> Row:
    """The row of a fault."""
    found = roots(ended.verdict)
    declared = next((root for root in found if root.check == fault.check), None)
    why_not = _why_not(fault, ended, found)
    return Row(
        name=fault.name, group=fault.group, what=fault.what, severity=fault.severity, seen=fault.seen,
        scenario=fault.scenario, check=fault.check, killed=why_not is None, killed_by=None if why_not else fault.check,
        why_not=why_not, saw=_short(declared.saw) if declared else None, verdict=ended.verdict.get("verdict"),
        blame=ended.verdict.get("blame"), noticed=_noticed(found, declared),
        cells={s["name"]: s["outcome"] for s in ended.verdict.get("scenarios", ()) if s["outcome"] != "not_run"},
        seconds=round(ended.seconds, 1),
    )  # fmt: skip


def _noticed(found: tuple[Root, ...], declared: Root | None) -> tuple[str, ...]:
    """What could not be looked at noticed nothing, unless just that had to be said."""
    return tuple(sorted({root.check for root in found if root.outcome != "error" or root == declared}))


def judged_sound(variant: Variant, ended: Ended) -> SoundRow:
    """The row of a sound variant, which was carried out as a whole rehearsal."""
    rehearsal = ended.verdict.get("rehearsal") or {}
    deviations = tuple(map(str, rehearsal.get("deviations", ())))
    if not ended.verdict:
        deviations = (f"there is no verdict (exit code {ended.exit_code}): {ended.last_words}",)
    elif ended.verified is not None:
        deviations = (*deviations, ended.verified)
    good = ended.exit_code == 0 and rehearsal.get("as_expected") is True and ended.verified is None
    return SoundRow(
        name=variant.name, what=variant.what, as_expected=good, deviations=deviations, seconds=round(ended.seconds, 1)
    )


def roots(verdict: Mapping[str, Any]) -> tuple[Root, ...]:
    """The root findings of a verdict.json, but for those that any rehearsal has: a declared stand-in, named as such."""
    return tuple(
        Root(scenario=scenario["name"], check=check["id"], outcome=check["outcome"], saw=check["saw"])
        for scenario in verdict.get("scenarios", ())
        for check in scenario["checks"]
        if check["outcome"] != "pass" and check["because"] is None and not _is_declared_stand_in(scenario["name"], check)
    )


def _is_declared_stand_in(scenario: str, check: Mapping[str, Any]) -> bool:
    named = any(of == scenario and part in check["saw"] for part, of in STANDS_IN.items())
    return named and check["outcome"] == "not_evidenced"


def _why_not(fault: Fault, ended: Ended, found: tuple[Root, ...]) -> str | None:
    verdict = ended.verdict
    if not verdict:
        return f"there is no verdict (exit code {ended.exit_code}): {ended.last_words}"
    declared = next((root for root in found if root.check == fault.check), None)
    if declared is None:
        return f"{fault.check} {_instead(fault.check, verdict)}; noticed by {_listed(found)}"
    if declared.scenario != fault.scenario:
        return f"{fault.check} belongs to “{declared.scenario}”, not to “{fault.scenario}”"
    if not re.search(fault.saw, declared.saw):
        return f"{fault.check} saw something else: {_short(declared.saw)}"
    reached, wanted = (verdict.get("verdict"), verdict.get("blame")), (fault.verdict, fault.blame)
    if reached != wanted:
        return f"the verdict is {_in_words(*reached)}, not {_in_words(*wanted)}; noticed by {_listed(found)}"
    if ended.exit_code != EXIT_CODES[fault.verdict]:
        return f"the exit code is {ended.exit_code}, which is not that of {fault.verdict}"
    return ended.verified


def _instead(check: str, verdict: Mapping[str, Any]) -> str:
    for scenario in verdict.get("scenarios", ()):
        for one in scenario["checks"]:
            if one["id"] == check:
                because = f" because of {one['because']}" if one["because"] else ""
                return f"came to {one['outcome']}{because}: {_short(one['saw'])}"
    return "was not judged"


def _listed(found: tuple[Root, ...]) -> str:
    return "; ".join(f"{root.check} ({root.outcome}: {_short(root.saw)})" for root in found) or "nothing"


def _in_words(word: str | None, blame: str | None) -> str:
    return f"{word} (blame: {blame})" if blame else str(word)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
