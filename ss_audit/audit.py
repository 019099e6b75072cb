"""The run: what steps hold as `context.audit`.

It makes observations on demand and once, judges checks, remembers what each step rested on, and knows at any moment what
is planned and what came of it. Files and formats of reports are not its business.
"""

import traceback
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from ss_audit.checks.judgement import Blame, Check, Finding, registry
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Evidence, Statement, now
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.seen import Conclusions, StackWatched
from ss_audit.lab.bench import EngineGap
from ss_audit.lab.lab import Lab
from ss_audit.observers import OBSERVERS, could_not_start
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.settings import InForce
from ss_audit.stack.errors import StackError
from ss_audit.verdict import AUDIT_POINTS, ScenarioResult, audit_points, scenario_outcome, settle

Seen = TypeVar("Seen", bound=Observation)
INTERRUPTED = "it was interrupted"


class CouldNotLook(Exception):
    """An observation could not be made. `blame` says whose fault that is; it is never SS's."""

    def __init__(self, why: str, blame: Blame, evidence: str) -> None:
        super().__init__(why)
        self.blame = blame
        self.evidence = evidence


class Audit:
    """One run. In: settings in force, the run's id, the plan, where evidence goes, and the lab to look from."""

    def __init__(self, in_force: InForce, run_id: str, plan: Plan, archive: Archive, lab: Lab) -> None:
        self.in_force = in_force
        self.run_id = run_id
        self.plan = plan
        self.archive = archive
        self.lab = lab
        self.started_at: datetime = now()
        self._seen: dict[type[Observation], Observation | CouldNotLook] = {}
        self._findings: dict[str, Finding] = {}
        self._executed: dict[str, str | None] = {}
        self._touched: dict[str, None] = {}

    def observe(self, kind: type[Seen]) -> Seen:
        """The observation of this kind, made now if it was not made before. Raises `CouldNotLook`."""
        if kind not in self._seen:
            self._seen[kind] = self._made(kind)
        seen = self._seen[kind]
        if isinstance(seen, CouldNotLook):
            self.touch([seen.evidence])
            raise seen
        self.touch(entry.id for entry in seen.evidence())
        assert isinstance(seen, kind)
        return seen

    def finding(self, check: Check) -> Finding:
        """What this check finds; it is judged once."""
        touched = dict(self._touched)
        if check.id not in self._findings:
            self._findings[check.id] = self._judged(check)
        found = self._findings[check.id]
        if found.evidence:  # what the step shows is what it rests on, not all that was observed
            self._touched = touched
        self.touch(found.evidence)
        return found

    def touch(self, evidence: Iterable[str]) -> None:
        """Notes what the current step rests on."""
        self._touched.update(dict.fromkeys(evidence))

    def touched(self) -> tuple[Evidence, ...]:
        """What was touched since this was last asked, each once, in the order of first touch."""
        entries = self.archive.get(i for i in self._touched if i in self.archive.entries)
        self._touched.clear()
        return entries

    def begin(self, name: str) -> None:
        """A scenario starts; until it is concluded it counts as interrupted."""
        self._executed[name] = INTERRUPTED
        self.archive.event("scenario_started", {"name": name})
        self.touched()

    def conclude(self, name: str, problem: str | None) -> ScenarioResult:
        """A scenario ended: all its checks are judged. `problem` is what went wrong besides SS, e.g. a step that broke."""
        self._executed[name] = problem
        for check in _checks_of(name):
            self.finding(check)
        result = self._result(next(s for s in self.plan.scenarios if s.name == name))
        self.archive.event("scenario_ended", result.model_dump(mode="json", include={"id", "outcome", "reason"}))
        return result

    def look_once_more(self) -> None:
        """At the end: did anything die since it was last looked at? Judges that check afresh."""
        if StackWatched in self._seen and self._executed:
            self.lab.look_after()
            self._seen[StackWatched] = self._made(StackWatched)
            for check in (c for c in registry().values() if StackWatched in c.takes and c.id in self._findings):
                self._findings[check.id] = self._judged(check)

    def begun(self, interrupted: bool = False) -> tuple[str, ...]:
        """The names of the scenarios that were executed; with `interrupted`, of those that never came to their end."""
        return tuple(name for name, problem in self._executed.items() if not interrupted or problem == INTERRUPTED)

    def results(self) -> tuple[ScenarioResult, ...]:
        """Every planned scenario with what came of it so far, in the order of the plan."""
        return tuple(self._result(scenario) for scenario in self.plan.scenarios)

    def observed(self, kind: type[Seen]) -> Seen | None:
        """The observation of this kind if it was made, else None; nothing is made."""
        seen = self._seen.get(kind)
        return seen if isinstance(seen, kind) else None

    def _made(self, kind: type[Seen]) -> Observation | CouldNotLook:
        for attempt in ("first", "again after a restart of what had died"):
            self.lab.look_after()
            made = self._attempt(kind)
            if not self.lab.look_after() or attempt != "first":
                break
        self.lab.waiting("")
        ours = isinstance(made, CouldNotLook) and made.blame == "audit"
        if self.lab.relay is not None and self.lab.relay.failures and not ours:
            made = self._could_not_look(kind, f"our relay broke: {'; '.join(self.lab.relay.failures)}", "audit")
        return made

    def _attempt(self, kind: type[Seen]) -> Observation | CouldNotLook:
        try:
            made = self._special(kind) or OBSERVERS[kind](self.lab, self.observe)
        except CouldNotLook as gap:
            return gap
        except EngineGap as gap:
            return self._could_not_look(kind, str(gap), "environment")
        except (StackError, OSError) as error:
            return self._could_not_look(kind, could_not_start(error), "environment")
        except Exception as error:
            return self._could_not_look(kind, f"{type(error).__name__}: {error}", "audit", traceback.format_exc())
        self.archive.event("observation", {"kind": kind.__name__, "structure": made.referenced()})
        return made

    def _special(self, kind: type[Seen]) -> Observation | None:
        """Observations of the run itself."""
        if kind is StackWatched:
            looks = [seen for bench in self.lab.benches.values() for seen in bench.stack.processes("look")]
            return StackWatched(deaths=tuple(self.lab.deaths), looks=tuple(looks), strangers=self.lab.strangers())
        if kind is Conclusions:
            names = set(AUDIT_POINTS.values())
            for check in (c for c in registry().values() if c.scenario in names):
                self.finding(check)
            points = audit_points(self._result(s, executed=True) for s in self.plan.scenarios if s.name in names)
            said = Statement(title="conclusions for the key audit points", detail=dict(points))
            return Conclusions(points=self.archive.record(said), conclusions=points)
        return None

    def _could_not_look(self, kind: type[Any], why: str, blame: Blame, trace: str = "") -> CouldNotLook:
        detail = {"why": why, "blame": blame, **({"traceback": trace} if trace else {})}
        entry = self.archive.record(Statement(title=f"could not look: {kind.__name__}", detail=detail))
        return CouldNotLook(why, blame, entry.id)

    def _judged(self, check: Check) -> Finding:
        try:
            found = check.judge(*(self.observe(kind) for kind in check.takes))
        except CouldNotLook as gap:
            found = check.could_not_look(str(gap), gap.blame).model_copy(update={"evidence": (gap.evidence,)})
        self.archive.event("finding", found.model_dump(mode="json"))
        return found

    def _result(self, scenario: PlannedScenario, executed: bool = False) -> ScenarioResult:
        everything = settle(self._findings.values())
        findings = tuple(f for f in everything if f.scenario == scenario.name)
        problem = self._executed.get(scenario.name)
        if scenario.name not in self._executed and not executed:
            outcome, reason, findings = "not_run", "it was not run", ()
        elif problem == INTERRUPTED and scenario_outcome(findings) != "fail":
            outcome, reason, findings = "not_run", problem, ()
        elif problem is not None and scenario_outcome(findings) == "pass":
            outcome, reason = "error", problem
        else:
            outcome, reason = scenario_outcome(findings), _reason(findings)
        return ScenarioResult(
            id=scenario.id, name=scenario.name, requirement=scenario.requirement, must=scenario.must,
            outcome=outcome, reason=reason, findings=findings,  # type: ignore[arg-type]
        )  # fmt: skip


def _checks_of(scenario: str) -> tuple[Check, ...]:
    return tuple(check for check in registry().values() if check.scenario == scenario)


def _reason(findings: Iterable[Finding]) -> str:
    """The first finding that decides the outcome, roots before their consequences."""
    findings = tuple(findings)
    order = ("fail", "error", "not_evidenced")
    standing = [f for outcome in order for f in findings if f.outcome == outcome]
    first = next((f for f in standing if f.because is None), standing[0] if standing else None)
    if first is None:
        return f"{len(findings)} checks passed" if findings else "no check belongs to it"
    return f"expected {first.expected}; saw {first.saw}"
