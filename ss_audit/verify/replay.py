"""Judging again from the evidence alone: each observation rebuilt from the log, each check run on it, nothing taken on trust.

The log is read in its order. At a finding, the observations that stood then are judged by the check of that name as it is in
this copy of the audit, and what it finds has to be what the log says, word for word.
"""

from collections.abc import Collection, Iterator
from typing import Any

from ss_audit.checks.judgement import Blame, Check, Finding
from ss_audit.every_check import all_checks
from ss_audit.evidence.model import Fact
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.seen import Conclusions
from ss_audit.plan import Plan
from ss_audit.results import INTERRUPTED, results, results_as_executed
from ss_audit.run_reading import BundleUnreadable, Event, RunRead, observation
from ss_audit.verdict import AUDIT_POINT_SCENARIOS, ScenarioResult, audit_points
from ss_audit.verify.chain import FILE
from ss_audit.verify.problem import Problem, differences


class Gap(Fact):
    """An observation that could not be made: why, whose fault that is, and the entry that says so."""

    why: str
    blame: Blame
    evidence: str


class Replay:
    """A run judged again. `findings`, by check, and `executed`, as in the audit, are what came of it."""

    def __init__(self, run: RunRead, plan: Plan) -> None:
        self._run = run
        self._plan = plan
        self._checks = all_checks()
        self._seen: dict[str, Observation | Gap] = {}
        self.findings: dict[str, Finding] = {}
        self.executed: dict[str, str | None] = {}

    def problems(self) -> Iterator[Problem]:
        """Reads the log from its first line to its last. Out: where it says something else than the evidence does."""
        does = {
            "scenario_started": self._started,
            "observation": self._observed,
            "could_not_look": self._could_not_look,
            "finding": self._found,
            "scenario_ended": self._ended,
        }
        for event in self._run.events:
            if event.type in does:
                try:
                    for what in does[event.type](event):
                        yield Problem(FILE, event.line, what)
                except (BundleUnreadable, ValueError, LookupError, TypeError, AttributeError) as error:
                    yield Problem(FILE, event.line, f"it can't be judged again: {type(error).__name__}: {error}")

    def results(self) -> tuple[ScenarioResult, ...]:
        """Every planned scenario with what came of it."""
        return results(self._plan, self.executed, self.findings.values())

    def observed(self, kind: type[Observation]) -> Any:
        """The last observation of this kind, or None."""
        seen = self._seen.get(kind.__name__)
        return seen if isinstance(seen, kind) else None

    def _started(self, event: Event) -> Iterator[str]:
        self.executed[event.data["name"]] = INTERRUPTED
        if self._plan.named(event.data["name"]) is None:
            yield f"the scenario {event.data['name']!r} is not in the plan"

    def _observed(self, event: Event) -> Iterator[str]:
        made = observation(event, self._run.entries)
        self._seen[type(made).__name__] = made
        late = [entry.id for entry in made.evidence() if int(entry.id[1:]) >= event.line]
        if late:
            yield f"it rests on what came after it: {', '.join(late)}"
        if isinstance(made, Conclusions):
            again = audit_points(self._as_executed(AUDIT_POINT_SCENARIOS))
            yield from (str(d) for d in differences(made.conclusions, again))

    def _could_not_look(self, event: Event) -> Iterator[str]:
        kept = {name: value for name, value in event.data.items() if name != "kind"}
        self._seen[event.data["kind"]] = gap = Gap.model_validate(kept)
        if gap.evidence not in self._run.entries:
            yield f"it rests on {gap.evidence}, which is no evidence in this log"

    def _found(self, event: Event) -> Iterator[str]:
        check = self._checks.get(event.data["check"])
        if check is None:
            yield f"this copy of the audit has no check {event.data['check']!r}"
            self.findings[event.data["check"]] = Finding.model_validate(event.data)
            return
        again = self._judged(check)
        if again is None:
            yield f"{check.id} was judged, and what it judges was not observed before"
            return
        self.findings[check.id] = again
        for difference in differences(dict(event.data), again.model_dump(mode="json")):
            yield f"judged again, {check.id} comes out differently: {difference}"

    def _ended(self, event: Event) -> Iterator[str]:
        name = event.data["name"]
        self.executed[name] = event.data["problem"]
        for check in self._checks.values():
            if check.scenario == name and check.id not in self.findings:
                yield f"{check.id} belongs to the scenario {name!r} and was not judged"
        result = next((r for r in self.results() if r.name == name), None)
        if result is not None:
            told = {field: event.data[field] for field in ("id", "outcome", "reason")}
            again = result.model_dump(mode="json", include=set(told))
            yield from (f"judged again, the scenario {name!r} ends differently: {d}" for d in differences(told, again))

    def _judged(self, check: Check) -> Finding | None:
        seen: list[Observation] = []
        for kind in check.takes:
            made = self._seen.get(kind.__name__)
            if made is None:
                return None
            if isinstance(made, Gap):
                return check.could_not_look(made.why, made.blame, made.evidence)
            seen.append(made)
        return check.judge(*seen)

    def _as_executed(self, names: Collection[str]) -> tuple[ScenarioResult, ...]:
        return results_as_executed(self._plan, names, self.executed, self.findings.values())
