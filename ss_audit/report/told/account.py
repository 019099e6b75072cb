"""The account of a run: verdict, scenarios, audit points, what stands in the way. Pure; from the bundle alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ss_audit.report.told.headline import headline
from ss_audit.report.told.obstacles import Obstacle, obstacles_of
from ss_audit.report.told.overview import how_it_went
from ss_audit.report.told.scenarios import CheckTold, ScenarioTold, scenarios_of
from ss_audit.report.told.words import CLASS_MEANINGS, POINT_TITLES, moment
from ss_audit.report.what_was_audited import seed, settings_event, title
from ss_audit.run_reading import RunRead
from ss_audit.verdict import AUDIT_POINTS, STANDS_IN

UNFINISHED = "NO VERDICT"


@dataclass(frozen=True)
class PointTold:
    """One of the four key audit points: `conclusion` is pass, fail or not judged; `scenarios` are what it rests on."""

    title: str
    conclusion: str
    scenarios: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class PartTold:
    """Stata or the LLM provider: its class, what that class means, and the checks that led to it."""

    name: str
    proof: str
    meaning: str
    reasons: tuple[CheckTold, ...]


@dataclass(frozen=True)
class Account:
    """A run as its reports tell it. `word` is the verdict, or `UNFINISHED`; `digest` is empty when none was handed over."""

    run_id: str
    title: str
    seed: str
    word: str
    blame: str | None
    partial_because: str | None
    reason: str
    stand_ins: tuple[str, ...]
    rehearsed: Mapping[str, Any] | None
    profile: str
    base_url: str | None
    started: datetime | None
    ended: datetime | None
    scenarios: tuple[ScenarioTold, ...]
    points: tuple[PointTold, ...]
    parts: tuple[PartTold, ...]
    blockers: tuple[Obstacle, ...]
    advisories: tuple[Obstacle, ...]
    digest: str = ""
    evidence_head: str = ""
    origin: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The one sentence that explains the verdict."""
        return headline(self.word, self.scenarios, self.stand_ins, self.rehearsed, self.partial_because, self.blame)

    @property
    def rehearsal(self) -> str | None:
        """How the rehearsal went; None when it was none, or never came to its end."""
        return how_it_went(self.rehearsed, self.scenarios)

    def of_rank(self, *ranks: str) -> tuple[ScenarioTold, ...]:
        """The scenarios of these ranks."""
        return tuple(scenario for scenario in self.scenarios if scenario.rank in ranks)


def account_of(run: RunRead, digest: str) -> Account:
    """In: a run read back, finished or not, and its digest or nothing."""
    verdict: Mapping[str, Any] = run.verdict or {}
    told = settings_event(run)
    scenarios = scenarios_of(run)
    return Account(
        run_id=verdict.get("run_id") or next((str(e.data["run_id"]) for e in run.of_type("planned")), "unknown"),
        title=title(run),
        seed=seed(run),
        word=verdict.get("verdict", UNFINISHED),
        blame=verdict.get("blame"),
        partial_because=verdict.get("partial_because"),
        reason=verdict.get("reason", "the run never came to its end"),
        stand_ins=tuple(told.get("stand_ins", ())),
        rehearsed=verdict.get("rehearsal"),
        profile=verdict.get("profile") or told.get("settings", {}).get("profile", "unknown"),
        base_url=(verdict.get("ss") or {}).get("base_url"),
        started=moment(verdict.get("started_at") or (run.events[0].at if run.events else None)),
        ended=moment(verdict.get("ended_at")),
        scenarios=scenarios,
        points=_points(verdict, scenarios),
        parts=_parts(verdict, scenarios),
        blockers=obstacles_of(verdict, "blockers", scenarios, ("spec", "must")),
        advisories=obstacles_of(verdict, "advisories", scenarios, ("advisory",)),
        digest=digest,
        evidence_head=verdict.get("evidence_head", ""),
        origin=told.get("origin", {}),
    )


def _points(verdict: Mapping[str, Any], scenarios: Sequence[ScenarioTold]) -> tuple[PointTold, ...]:
    by_name = {scenario.name: scenario for scenario in scenarios}
    told = verdict.get("audit_points") or {}
    found = []
    for point, names in AUDIT_POINTS.items():
        evidence = dict.fromkeys(e for name in names if name in by_name for e in by_name[name].evidence)
        found.append(PointTold(POINT_TITLES[point], told.get(point, "not judged"), names, tuple(evidence)))
    return tuple(found)


def _parts(verdict: Mapping[str, Any], scenarios: Sequence[ScenarioTold]) -> tuple[PartTold, ...]:
    by_name = {scenario.name: scenario for scenario in scenarios}
    found = []
    for key, name, stand_in in (("stata", "Stata", "rehearsal Stata"), ("llm", "LLM provider", "rehearsal LLM")):
        scenario = by_name.get(STANDS_IN[stand_in])
        proof = verdict.get(key, "UNKNOWN")
        found.append(PartTold(name, proof, CLASS_MEANINGS.get(proof, ""), scenario.checks if scenario else ()))
    return tuple(found)
