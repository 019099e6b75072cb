"""What behave tells of a run, to Allure and to JUnit: begun as unfinished, completed at its end, compared with the log."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ss_audit.plan import Plan
from ss_audit.report.allure_files import complete
from ss_audit.report.allure_places import Places
from ss_audit.report.allure_run import describe_run, describe_unfinished
from ss_audit.report.junit_files import NO_END, complete_junit, describe_junit
from ss_audit.report.reconcile import ALLURE, JUNIT, Reconciled, reconciled
from ss_audit.report.told.overview import overview_of
from ss_audit.verdict import ScenarioResult


class BehaveReports:
    """The two folders of one run below `data`; makes them. `mask` masks secrets, `spec` is the spec's markdown or empty."""

    def __init__(self, data: Path, plan: Plan, run_id: str, kind: str, mask: Callable[[str], str], spec: str) -> None:
        self.allure, self.junit = data / ALLURE, data / JUNIT
        self._data, self._plan, self._kind, self._mask, self._spec = data, plan, kind, mask, spec
        for folder in (self.allure, self.junit):
            folder.mkdir()
        describe_unfinished(self.allure, run_id, kind, mask)
        describe_junit(self.junit, [NO_END], mask)
        self.places = Places(self.allure, plan, mask)

    def completed(self, results: tuple[ScenarioResult, ...], interrupted: bool) -> Reconciled:
        """Completes what behave wrote with what was judged, and compares both with what happened."""
        self.places.close()
        complete(self.allure, self._plan, results, self._mask, self._spec, self._kind)
        complete_junit(self.junit, results, self._mask)
        return reconciled(self._data, results, interrupted)

    def describe(self, what: str, stand_ins: Sequence[str], document: Mapping[str, Any], problems: Sequence[str]) -> None:
        """Says what the run as a whole amounts to.

        In: what was audited, what stood in, verdict.json as it will be, what differs.
        """
        told = overview_of(document, self._plan, stand_ins)
        describe_run(self.allure, what, document, told, problems, self._mask)
        wrong = [f"INCONCLUSIVE: {document['reason']}"] if document["verdict"] == "INCONCLUSIVE" else []
        describe_junit(self.junit, [*wrong, *problems], self._mask)
