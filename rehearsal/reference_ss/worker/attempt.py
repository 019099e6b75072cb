"""One attempt to execute a frozen plan, with everything that it leaves behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey import plan_steps
from rehearsal.reference_ss.journey.inputs import require_inputs
from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.jobs import JobStore
from rehearsal.reference_ss.store.models import Artifact, Job, Run, RunFailure
from rehearsal.reference_ss.templates import TemplateLibrary
from rehearsal.reference_ss.worker import dofile, preflight, stata_outcome
from rehearsal.reference_ss.worker.evidence import RunEvidence
from rehearsal.reference_ss.worker.staging import stage_data
from rehearsal.reference_ss.worker.stata import StataRun, StataRunner

_DO_FILE = "stata.do"

_log = jsonlog.logger(__name__)


@dataclass(frozen=True)
class AttemptResult:
    """What an attempt came to: its failure, or None, and the index entries of its artifacts."""

    failure: RunFailure | None
    artifacts: list[Artifact]


class Attempts:
    """Executes the plans of jobs in `store`."""

    def __init__(self, store: JobStore, library: TemplateLibrary, runner: StataRunner) -> None:
        self._store = store
        self._library = library
        self._runner = runner

    @property
    def runner_name(self) -> str:
        return self._runner.name

    def execute(self, job: Job, run: Run) -> AttemptResult:
        """Render, look for packages, run, archive. Every artifact is on disk when this returns.

        Raises Interrupted when the worker has to go before Stata ended.
        """
        job_folder = self._store.folder(job.job_id)
        evidence = RunEvidence(job_folder, job.job_id, run.run_id, self._runner.name)
        stata_run: StataRun | None = None
        try:
            stata_run, failure = self._run(job, run, job_folder, evidence)
        except SSError as error:
            failure = RunFailure(error_code=error.error_code, message=error.message, details=error.details)
        evidence.keep_run(stata_run, failure)
        return AttemptResult(failure, self._store.describe(job.job_id, evidence.entries))

    def _run(self, job: Job, run: Run, job_folder: Path, evidence: RunEvidence) -> tuple[StataRun | None, RunFailure | None]:
        if job.plan is None:
            raise SSError(500, "PLAN_MISSING", "the job has no frozen plan", job_id=job.job_id)
        params = plan_steps.generate_params(job.plan)
        contract: dict[str, Any] = params["template_contract"]
        outputs: list[dict[str, Any]] = contract["outputs_contract"]["declared"]
        work = job_folder / layout.run_work(run.run_id)
        stage_data(job_folder, require_inputs(job), work / dofile.DATA_FILE)
        self._generate(job, run, params, work, evidence)

        dependencies = preflight.to_look_for(contract["dependencies"])
        if dependencies:
            looked, failure = preflight.look(self._runner, dependencies, work, job_id=job.job_id, run_id=run.run_id)
            if failure is not None:
                return looked, failure

        timeout = plan_steps.run_params(job.plan)["timeout_seconds"]
        stata_run = self._runner.run(_DO_FILE, work, timeout, job_id=job.job_id, run_id=run.run_id)
        absent = evidence.keep_outputs(outputs, work)
        evidence.keep_template_run(params["template_id"], params["template_params"], absent)
        failure = stata_outcome.failure_of(stata_run) or _outputs_missing(absent, stata_run)
        stata_outcome.log_end(stata_run, failure, job_id=job.job_id, run_id=run.run_id)
        return stata_run, failure

    def _generate(self, job: Job, run: Run, params: dict[str, Any], work: Path, evidence: RunEvidence) -> None:
        told = {"job_id": job.job_id, "run_id": run.run_id, "template_id": params["template_id"]}
        _log.info("SS_DOFILE_GENERATE_START", **told)
        template = self._library.load(params["template_id"])
        values: dict[str, str] = params["template_params"]
        evidence.keep_template(template, values)
        files.write_text(work / _DO_FILE, dofile.render(template, values))
        evidence.keep_file("stata.do", _DO_FILE, work / _DO_FILE)
        _log.info("SS_DOFILE_GENERATE_DONE", **told, outputs=[output.file for output in template.meta.outputs])


def _outputs_missing(absent: list[str], run: StataRun) -> RunFailure | None:
    if not absent:
        return None
    return RunFailure(
        error_code="DO_TEMPLATE_OUTPUTS_MISSING",
        message=f"stata ended, but declared outputs are missing: {', '.join(absent)}",
        details={"missing_outputs": absent},
        exit_code=run.exit_code,
    )
