"""Plan, log, reports and verdict.json tell one story: what was planned is what was judged is what every page shows."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ss_audit.account import Circumstances, account, judged
from ss_audit.evidence import attestation, bag
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.planned import PLAN, PlanOnRecord
from ss_audit.report.reconcile import reconciled
from ss_audit.results import Trouble, gap, trouble
from ss_audit.run_reading import VERDICT, BundleUnreadable, Event, RunRead
from ss_audit.sealing import described
from ss_audit.verdict import Verdict
from ss_audit.verify.chain import FILE
from ss_audit.verify.problem import Problem, differences, line_of, text_of
from ss_audit.verify.replay import Replay

VERDICT_FILE = f"data/{VERDICT}"


def plan_of(run: RunRead) -> PlanOnRecord:
    """The plan in the bundle. Raises `BundleUnreadable` when there is none."""
    try:
        return PlanOnRecord.model_validate_json((run.data / PLAN).read_bytes())
    except (OSError, ValueError) as error:
        raise BundleUnreadable(f"data/{PLAN} is no plan: {' '.join(str(error).split())[:200]}") from None


def plan_problems(run: RunRead, planned: PlanOnRecord) -> Iterator[Problem]:
    """The scenarios in the log's first line are those of the plan."""
    for event in run.of_type("planned"):
        wanted = [scenario.id for scenario in planned.plan.scenarios]
        for difference in differences(event.data.get("scenarios"), wanted, ("scenarios",)):
            yield Problem(FILE, event.line, f"it does not name the scenarios of {PLAN}: {difference}")


class Ending:
    """The end of a finished run, worked out again. Raises LookupError or ValueError when the log lacks it."""

    def __init__(self, run: RunRead, planned: PlanOnRecord, replay: Replay) -> None:
        self._run = run
        self._replay = replay
        self._closing = last(run, "closing")
        self._end = last(run, "verdict")
        self._compared = last(run, "reconciled")
        self._about = Circumstances.model_validate(self._closing.data["circumstances"])
        self._results = replay.results()
        said = self._closing.data["said"]
        known = gap(Trouble.model_validate(said) if said else None, self._closing.data["left"], planned.lost, self._results)
        self._differing = self._reports_differ()
        leaked = self._closing.data["leaked"]
        why = trouble(known, self._differing, leaked)
        self.verdict: Verdict = judged(self._about, self._results, why, leaked)

    def problems(self) -> Iterator[Problem]:
        """What differs."""
        yield from self._circumstances()
        yield from self._reports()
        document = account(
            self._about,
            self.verdict,
            self._results,
            self._replay.observed(SurfacesSeen),
            self._replay.observed(LibraryTrace),
            self._run.archives if self._closing.data["archived"] else {},
            self._end.prev,
        )
        text = text_of(self._run.data / VERDICT)
        should_be = json.loads(json.dumps(document))
        for difference in differences(dict(self._run.verdict or {}), should_be):
            yield Problem(VERDICT_FILE, line_of(text, difference.keys), str(difference))
        told = {"verdict": self._end.data.get("verdict"), "blame": self._end.data.get("blame")}
        for difference in differences(told, {"verdict": self.verdict.word, "blame": self.verdict.blame}):
            yield Problem(FILE, self._end.line, str(difference))

    def _circumstances(self) -> Iterator[Problem]:
        """What the closing says of the run is what its opening said."""
        opened, settings = _first(self._run, "planned"), _first(self._run, "settings")
        wanted: dict[str, Any] = {name: opened.get(name) for name in ("run_id", "started_at")}
        wanted |= {name: settings.get(name) for name in ("stack", "stata", "llm", "stand_ins")}
        wanted |= {name: settings.get("settings", {}).get(name) for name in ("profile", "seed")}
        told = self._about.model_dump(mode="json", include=set(wanted))
        for difference in differences(told, wanted):
            yield Problem(FILE, self._closing.line, f"the closing says something else than the opening: {difference}")

    def _reports_differ(self) -> tuple[str, ...]:
        """How the reports differ from what happened; where the closing could not compare them, what it says."""
        how = self._compared.data
        if not how["compared"]:
            return tuple(how["problems"])
        return reconciled(self._run.data, self._results, how["interrupted"]).problems

    def _reports(self) -> Iterator[Problem]:
        """What Allure and JUnit show is what happened, or the log says how they differ."""
        line, told = self._compared.line, self._compared.data.get("problems")
        for difference in differences(told, list(self._differing), ("problems",)):
            yield Problem(FILE, line, f"compared again, the reports differ from what happened in another way: {difference}")


def seal_problems(run: RunRead, digests: Mapping[str, str]) -> Iterator[Problem]:
    """What the seal says in words is what verdict.json says: the statement, and the description of the bag."""
    bundle, verdict = run.data.parent, run.verdict or {}
    payload = {name: d for name, d in digests.items() if name.startswith("data/")}
    try:
        wanted = attestation.statement(verdict, payload, digests.get(bag.MANIFEST, ""))
        info = bag.bag_info(described(verdict, bag.payload_oxum(bundle)))
    except (LookupError, TypeError) as error:
        yield Problem(VERDICT_FILE, None, f"no statement can be made of it: {type(error).__name__}: {error}")
        return
    for name, should_be in ((attestation.STATEMENT, wanted), (bag.INFO, info)):
        if name not in digests:
            yield Problem(name, None, "it is not there")
        elif (bundle / name).read_bytes() != should_be:
            yield Problem(name, None, f"it says something else than {VERDICT_FILE} and {bag.MANIFEST}")


def _first(run: RunRead, type_: str) -> Mapping[str, Any]:
    return next((event.data for event in run.of_type(type_)), {})


def last(run: RunRead, type_: str) -> Event:
    """The last event of this type. Raises LookupError when there is none."""
    found = list(run.of_type(type_))
    if not found:
        raise LookupError(f"the log has no line of type {type_}")
    return found[-1]
