"""Are the packages that the plan declares installed in the very Stata that will run it?"""

import re
from pathlib import Path
from typing import Any

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.store import files
from rehearsal.reference_ss.store.models import RunFailure
from rehearsal.reference_ss.worker import dofile, stata_outcome
from rehearsal.reference_ss.worker.stata import StataRun, StataRunner

DO_FILE = "dependency_preflight.do"
_INSTALLED_BY_USERS = ("ssc", "ado")
_PACKAGE = re.compile(r"[A-Za-z_]\w*")
_STEP = "dependency_preflight"
_TIMEOUT_SECONDS = 60

_log = jsonlog.logger(__name__)


def to_look_for(dependencies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The dependencies that do not come with Stata itself."""
    return [dependency for dependency in dependencies if dependency.get("source") in _INSTALLED_BY_USERS]


def look(
    runner: StataRunner, dependencies: list[dict[str, Any]], work: Path, *, job_id: str, run_id: str
) -> tuple[StataRun, RunFailure | None]:
    """Ask Stata for each package. Out: the run that looked, and the failure when a package is missing.

    A name that is no valid package name counts as missing without being handed to Stata.
    """
    names = [str(dependency["pkg"]) for dependency in dependencies]
    sayable = [name for name in names if _PACKAGE.fullmatch(name)]
    files.write_text(work / DO_FILE, dofile.package_check(sayable))
    run = runner.run(DO_FILE, work, _TIMEOUT_SECONDS, job_id=job_id, run_id=run_id, step=_STEP)
    failure = stata_outcome.failure_of(run)
    stata_outcome.log_end(run, failure, job_id=job_id, run_id=run_id, step=_STEP)
    report = work / dofile.MISSING_PACKAGES_FILE
    if failure is not None or not report.is_file():
        return run, RunFailure(
            error_code="STATA_DEPENDENCY_PREFLIGHT_FAILED",
            message=f"the look for packages failed: {failure.message if failure else 'it left no report'}",
            details={"packages": names},
            exit_code=run.exit_code,
        )
    absent = set(report.read_text(encoding="utf-8").split()) | (set(names) - set(sayable))
    if not absent:
        return run, None
    missing = [dependency for dependency in dependencies if dependency["pkg"] in absent]
    listed = ", ".join(str(dependency["pkg"]) for dependency in missing)
    _log.warning("SS_WORKER_DEPENDENCY_MISSING", job_id=job_id, run_id=run_id, missing=sorted(absent))
    return run, RunFailure(
        error_code="STATA_DEPENDENCY_MISSING",
        message=f"missing Stata dependencies: {listed}",
        details={"missing_dependencies": missing},
        exit_code=run.exit_code,
    )
