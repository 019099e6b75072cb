"""`verdict.json` from what a run's log holds: pure, so that verify can write it again and compare.

What the judgement does not say itself (when, of what, with which stand-ins) are the run's `Circumstances`. Each is on
record in an event, and nothing else goes into the verdict.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ss_audit.checks.classes import llm_class, stata_class
from ss_audit.checks.judgement import EnvironmentFailed, NotReached
from ss_audit.checks.library import Classification, classify
from ss_audit.evidence.model import Fact
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.results import Trouble
from ss_audit.verdict import ScenarioResult, Verdict, decide, deviations, document


class Circumstances(Fact):
    """What a run was, besides what it found. Moments are ISO 8601; `stand_ins` are names of what stood in."""

    run_id: str
    started_at: str
    ended_at: str
    profile: Literal["rehearsal", "production"]
    stack: str
    seed: int
    base_url: str | None
    revision: str | None
    stand_ins: tuple[str, ...]
    stata: Literal["real", "rehearsal"]
    llm: Literal["real", "rehearsal"]


def judged(
    about: Circumstances, results: Sequence[ScenarioResult], trouble: Trouble | None, leaked: Sequence[str] = ()
) -> Verdict:
    """The verdict on these results. `trouble` is why the run is partial, or None; `leaked` where a secret stands in it."""
    what, blame = (trouble.what, trouble.blame) if trouble else (None, None)
    return decide(results, about.profile, what, blame, in_doubt=bool(leaked))


def account(
    about: Circumstances,
    verdict: Verdict,
    results: Sequence[ScenarioResult],
    surfaces: SurfacesSeen | None,
    trace: LibraryTrace | None,
    archives: Mapping[str, Sequence[str]],
    evidence_head: str,
) -> dict[str, Any]:
    """`verdict.json`. `archives` holds the evidence ids in each HAR by its path; `evidence_head` is a digest in hex."""
    rehearsal = None
    if about.stand_ins:
        strange = deviations(results, about.stand_ins)
        rehearsal = {"as_expected": not strange, "deviations": list(strange)}
    head = {
        **about.model_dump(mode="json", include={"run_id", "started_at", "ended_at", "profile", "stack", "seed"}),
        "ss": {"base_url": about.base_url, "revision": about.revision},
        "rehearsal": rehearsal,
    }
    tail = {
        "stata": stata_class(results, about.stata),
        "llm": llm_class(results, about.llm),
        "inventory": {"routes": _routes(surfaces), "template_library": _chain(_classified(trace))},
        "evidence_head": f"sha256:{evidence_head}",
    }
    written = document(head, verdict, results, tail)
    for scenario, result in zip(written["scenarios"], results, strict=True):
        rests_on = {e for finding in result.findings for e in finding.evidence}
        scenario["har"] = [name for name, ids in archives.items() if rests_on & set(ids)]
    return written


def _classified(trace: LibraryTrace | None) -> Classification | None:
    try:
        return classify(trace) if trace else None
    except (NotReached, EnvironmentFailed):
        return None


def _routes(surfaces: SurfacesSeen | None) -> list[dict[str, Any]]:
    rows = surfaces.rows if surfaces else ()
    return [
        {
            **row.model_dump(mode="json", include={"method", "path", "defined_at", "in_openapi", "reachable"}),
            "class": row.surface,
            "evidence": list(row.evidence),
        }
        for row in rows
    ]


def _chain(library: Classification | None) -> dict[str, Any]:
    if library is None:
        return {"class": "not wired", "boundary": "the chain was not followed to its end", "evidence": []}
    return {
        "class": library.wired,
        "boundary": library.boundary,
        "evidence": sorted({e for link in library.links for e in link.evidence}),
    }
