"""The one sentence that explains a verdict to somebody who has two minutes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ss_audit.report.told.scenarios import ScenarioTold
from ss_audit.report.told.words import BLAME_WORDS, counted, shortened
from ss_audit.report.what_was_audited import OWN_SS

REAL_PARTS = "Stata and the LLM provider"
OWN = "the reference SS, which stands in for SS,"


def headline(
    word: str,
    scenarios: Sequence[ScenarioTold],
    stand_ins: Sequence[str],
    rehearsed: Mapping[str, Any] | None,
    partial_because: str | None,
    blame: str | None,
) -> str:
    """In: the verdict's word (any other text: there is none), every planned scenario, what stood in, and why it is partial."""
    must = [scenario for scenario in scenarios if scenario.rank != "advisory"]
    failed = [scenario for scenario in must if scenario.outcome == "fail"]
    stood_in = OWN_SS in stand_ins
    if word == "READY":
        return f"All {len(must)} scenarios that count were shown to hold, with the real {REAL_PARTS}."
    if word == "INCONCLUSIVE":
        unclear = [s for s in must if s.outcome in ("error", "not_run")]
        why = partial_because or f"{counted(len(unclear), 'scenario')} could not be judged{_first_gap(unclear)}"
        return (
            f"Nothing is decided about SS, because {why}. The cause lies with {BLAME_WORDS.get(blame or '', 'nobody known')}."
        )
    if word != "NOT READY":
        ended = sum(scenario.outcome != "not_run" for scenario in scenarios)
        return f"The run never came to its end: {ended} of {len(scenarios)} planned scenarios were judged. There is no verdict."
    if failed:
        partial = f" The run was partial: {partial_because}." if partial_because else ""
        who = f"{OWN[0].upper()}{OWN[1:]} broke" if stood_in else "SS was seen to break"
        return f"{who} the spec in {len(failed)} of {len(must)} scenarios: {_names(failed)}.{partial}"
    if rehearsed and rehearsed.get("as_expected"):
        return (
            f"A rehearsal that went exactly as it must: with {_listed(stand_ins)} standing in, everything else"
            " was shown to hold. A rehearsal never ends READY."
        )
    open_ones = [scenario for scenario in must if scenario.outcome == "not_evidenced"]
    if open_ones:
        who = OWN if stood_in else "SS"
        return f"Nothing shows that {who} keeps the spec in {len(open_ones)} of {len(must)} scenarios: {_names(open_ones)}."
    return "Everything was shown to hold, but a rehearsal never ends READY."


def _first_gap(unclear: Iterable[ScenarioTold]) -> str:
    """The reason of the first scenario that could not be judged, as far as one line of it goes."""
    for scenario in unclear:
        if scenario.deciding is not None:
            return f" ({shortened(scenario.deciding.saw.partition(chr(10))[0], 160)})"
    return ""


def _names(scenarios: Iterable[ScenarioTold]) -> str:
    names = [f"“{scenario.name}”" for scenario in scenarios]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{more}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
