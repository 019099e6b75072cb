"""The run: what steps hold as `context.audit`.

It makes observations on demand and once, judges checks, remembers what each step rested on, and knows at any moment what
is planned and what came of it. Files and formats of reports are not its business.
"""

import json
import traceback
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from ss_audit.checks.judgement import Blame, Check, Finding, registry
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.masked_fields import fields_masked
from ss_audit.evidence.model import Evidence, Statement, now
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.seen import Conclusions, StackWatched
from ss_audit.lab.bench import EngineGap
from ss_audit.lab.lab import Lab
from ss_audit.observers import OBSERVERS, blame_for, could_not_start
from ss_audit.plan import Plan
from ss_audit.results import INTERRUPTED, results, results_as_executed
from ss_audit.settings import InForce
from ss_audit.stack.errors import StackDidNotStart, StackError
from ss_audit.verdict import AUDIT_POINT_SCENARIOS, ScenarioResult, audit_points

Seen = TypeVar("Seen", bound=Observation)


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
        self.archive.event_of_ours("scenario_started", {"name": name})
        self.touched()

    def conclude(self, name: str, problem: str | None) -> ScenarioResult:
        """A scenario ended: all its checks are judged. `problem` is what went wrong besides SS, e.g. a step that broke."""
        problem = self._executed[name] = self.archive.masked(problem)
        for check in _checks_of(name):
            self.finding(check)
        return self._ended(name, problem)

    def broke(self, name: str, problem: str) -> ScenarioResult:
        """Something of ours broke around a scenario, after its steps: what was judged in it counts as a pass no longer."""
        problem = self._executed[name] = self.archive.masked(problem)
        return self._ended(name, problem)

    def look_once_more(self) -> None:
        """At the end: did anything die since it was last looked at? Judges that check afresh."""
        if StackWatched in self._seen and self._executed:
            self._seen[StackWatched] = self._made(StackWatched)
            for check in (c for c in registry().values() if StackWatched in c.takes and c.id in self._findings):
                self._findings[check.id] = self._judged(check)

    def begun(self, interrupted: bool = False) -> tuple[str, ...]:
        """The names of the scenarios that were executed; with `interrupted`, of those that never came to their end."""
        return tuple(name for name, problem in self._executed.items() if not interrupted or problem == INTERRUPTED)

    def results(self) -> tuple[ScenarioResult, ...]:
        """Every planned scenario with what came of it so far, in the order of the plan."""
        return results(self.plan, self._executed, self._findings.values())

    def observed(self, kind: type[Seen]) -> Seen | None:
        """The observation of this kind if it was made, else None; nothing is made."""
        seen = self._seen.get(kind)
        return seen if isinstance(seen, kind) else None

    def _ended(self, name: str, problem: str | None) -> ScenarioResult:
        result = next(r for r in self.results() if r.name == name)
        ended = result.model_dump(mode="json", include={"id", "name", "outcome", "reason"})
        self.archive.event_of_ours("scenario_ended", {**ended, "problem": problem})
        return result

    def _made(self, kind: type[Seen]) -> Observation | CouldNotLook:
        self.archive.event_of_ours("observing", {"kind": kind.__name__})
        for attempt in ("first", "again after a restart of what had died"):
            made = self._looked_after(kind) or self._attempt(kind)
            deaths = len(self.lab.deaths)
            made = self._looked_after(kind) or made
            if attempt != "first" or len(self.lab.deaths) == deaths:
                break
        self.lab.waiting("")
        ours = isinstance(made, CouldNotLook) and made.blame == "audit"
        if self.lab.relay is not None and self.lab.relay.failures and not ours:
            made = self._could_not_look(kind, f"our relay broke: {'; '.join(self.lab.relay.failures)}", "audit")
        if isinstance(made, CouldNotLook):
            gap = {"kind": kind.__name__, "why": str(made), "blame": made.blame, "evidence": made.evidence}
            self.archive.event_of_ours("could_not_look", gap)
        return made

    def _looked_after(self, kind: type[Seen]) -> CouldNotLook | None:
        """Starts again what had died. Out: why that could not be done, else None."""
        try:
            self.lab.look_after()
        except (StackError, OSError) as error:
            if kind is StackWatched and isinstance(error, StackDidNotStart) and error.ended is not None:
                return None  # that it ended again is what is to be observed
            return self._could_not_look(kind, could_not_start(error), blame_for(error))
        return None

    def _attempt(self, kind: type[Seen]) -> Observation | CouldNotLook:
        try:
            made = self._special(kind) or OBSERVERS[kind](self.lab, self.observe)
        except CouldNotLook as gap:
            return gap
        except EngineGap as gap:
            return self._could_not_look(kind, str(gap), "environment")
        except (StackError, OSError) as error:
            return self._could_not_look(kind, could_not_start(error), blame_for(error))
        except Exception as error:
            return self._could_not_look(kind, f"{type(error).__name__}: {error}", "audit", traceback.format_exc())
        return self._on_record(made)

    def _special(self, kind: type[Seen]) -> Observation | None:
        """Observations of the run itself."""
        if kind is StackWatched:
            if not self.lab.stacks:
                _ = self.lab.main  # an SS that can't be started stays up as little as it falls down
            looks = [seen for stack in self.lab.stacks for seen in stack.processes("look")]
            return StackWatched(deaths=tuple(self.lab.deaths), looks=tuple(looks), strangers=self.lab.strangers())
        if kind is Conclusions:
            names = AUDIT_POINT_SCENARIOS
            for check in (c for c in registry().values() if c.scenario in names):
                self.finding(check)
            points = audit_points(results_as_executed(self.plan, names, self._executed, self._findings.values()))
            said = Statement(title="conclusions for the key audit points", detail=dict(points))
            return Conclusions(points=self.archive.record(said), conclusions=points)
        return None

    def _on_record(self, made: Observation) -> Observation:
        """The observation as the log holds it: what is judged now is what can be judged again."""
        structure = json.loads(json.dumps(made.referenced(self.archive.masked)))
        self.archive.event_of_ours("observation", {"kind": type(made).__name__, "structure": structure})
        return type(made).rebuilt(structure, self.archive.entries)

    def _could_not_look(self, kind: type[Any], why: str, blame: Blame, trace: str = "") -> CouldNotLook:
        why = self.archive.masked(why)
        detail = {"why": why, "blame": blame, **({"traceback": trace} if trace else {})}
        entry = self.archive.record(Statement(title=f"could not look: {kind.__name__}", detail=detail))
        return CouldNotLook(why, blame, entry.id)

    def _judged(self, check: Check) -> Finding:
        try:
            found = check.judge(*(self.observe(kind) for kind in check.takes))
        except CouldNotLook as gap:
            found = check.could_not_look(str(gap), gap.blame, gap.evidence)
        known = fields_masked(found, self.archive.judged)
        self.archive.event_of_ours("finding", known)
        return Finding.model_validate(known)


def _checks_of(scenario: str) -> tuple[Check, ...]:
    return tuple(check for check in registry().values() if check.scenario == scenario)
