"""Sound systems that keep, name or log things in another way than the reference SS does, or take their time."""

import logging
import time
import uuid
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of


def _another_layout() -> None:
    from rehearsal.reference_ss.store import layout

    layout.INPUTS_MANIFEST = "data/about.json"
    layout.PLAN = "agreed/plan.json"
    layout.SELECTION_CANDIDATES = "choice/candidates.json"
    layout.SELECTION_RESULT = "choice/result.json"
    layout.ARCHIVED_OUTPUTS = "results/{run_id}/files"
    instead_of(layout, "dataset")(lambda _original, key: f"data/{key}.csv")
    instead_of(layout, "llm_call")(lambda _original, call_id: f"llm-calls/{call_id}")
    instead_of(layout, "run_artifacts")(lambda _original, run_id: f"results/{run_id}")
    instead_of(layout, "run_work")(lambda _original, run_id: f"scratch/{run_id}")


def _other_ids() -> None:
    import re

    from rehearsal.reference_ss.journey import access

    access._TOKEN = re.compile(r"(?P<secret>[0-9a-f]{32})(?P<job_id>[0-9a-f-]{36})")

    instead_of(access.Access, "_job_id")(lambda _, self, code: str(uuid.UUID(self._derive("job", code)[:32])))
    instead_of(access.Access, "_token_of")(lambda _, self, job_id: f"{self._token_secret(job_id)}{job_id}")


def _rationale_outside() -> None:
    from rehearsal.reference_ss.journey import plan_steps

    instead_of(plan_steps, "rationale")(lambda _original, selection: {"evidence_rel_path": selection.evidence_rel_path})


def _plain_log() -> None:
    from rehearsal.reference_ss import jsonlog

    @instead_of(jsonlog._JsonFormatter, "format")
    def plain(_original: Any, _self: Any, record: logging.LogRecord) -> str:
        fields = getattr(record, "ss_fields", {})
        told = " ".join(f"{name}={value}" for name, value in fields.items())
        return f"{record.getMessage()} {record.levelname.lower()} {told}".rstrip()


def _takes_its_time() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting
    from rehearsal.reference_ss.worker.attempt import Attempts

    def later(original: Any, *given: Any) -> Any:
        time.sleep(1.5)
        return original(*given)

    instead_of(Drafting, "preview")(later)
    instead_of(Attempts, "execute")(later)


def _bare_plan() -> None:
    import copy

    from rehearsal.reference_ss.journey.planning import Planning

    def bare(original: Any, *given: Any) -> Any:
        plan = copy.deepcopy(original(*given))
        params = plan["steps"][0]["params"]
        contract = params["template_contract"]
        return {
            "id": plan["plan_id"],
            "template": {"id": params["template_id"], "version": contract["meta_template_version"]},
            "selection_rationale": params["selection"]["reason"],
            "parameters": [{"name": k, "value": v} for k, v in contract["params_contract"]["bound_values"].items()],
            "missing_parameters": contract["params_contract"]["missing_required"],
            "dependencies": [dependency["pkg"] for dependency in contract["dependencies"]],
            "outputs": {"files": [output["file"] for output in contract["outputs_contract"]["declared"]], "dir": "results"},
        }

    for name in ("freeze", "read"):
        instead_of(Planning, name)(bare)


def _code_only_once() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.journey.access import Access

    @instead_of(Access, "redeem")
    def redeem(original: Any, self: Any, task_code: str, requirement: str) -> Any:
        answer = original(self, task_code, requirement)
        if answer["is_idempotent"]:
            raise SSError(409, "TASK_CODE_USED", "the task code was redeemed before")
        return answer


def _missing_found_at_run() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.journey.planning import Planning
    from rehearsal.reference_ss.journey.running import Running

    lacking: dict[str, Any] = {}

    @instead_of(Planning, "freeze")
    def freeze(original: Any, self: Any, job_id: str, confirmation: Any) -> Any:
        try:
            plan = original(self, job_id, confirmation)
        except SSError as error:
            if error.error_code != "PLAN_FREEZE_MISSING_REQUIRED":
                raise
            lacking[job_id] = error
            return {"status": "incomplete", "missing_fields": error.details["missing_fields"]}
        lacking.pop(job_id, None)
        return plan

    @instead_of(Running, "request")
    def request(original: Any, self: Any, job_id: str, formats: Any) -> Any:
        if job_id in lacking:
            raise lacking[job_id]
        return original(self, job_id, formats)


def _no_questions() -> None:
    from rehearsal.reference_ss.journey import missing

    instead_of(missing, "questions")(lambda _original: [])
    instead_of(missing, "unanswered")(lambda _original, _answers: [])


def _packages_looked_for_at_run() -> None:
    import os
    from pathlib import Path

    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.journey import plan_steps
    from rehearsal.reference_ss.journey.running import Running
    from rehearsal.reference_ss.worker import preflight

    @instead_of(Running, "request")
    def request(original: Any, self: Any, job_id: str, formats: Any) -> Any:
        plan = self._store.load(job_id).plan
        declared = plan_steps.generate_params(plan)["template_contract"]["dependencies"] if plan else []
        folders = [Path(entry) for entry in os.environ.get("S_ADO", "").split(";") if entry.startswith("/")]
        needed = [dependency["pkg"] for dependency in preflight.to_look_for(declared)]
        absent = [name for name in needed if not any((folder / f"{name}.ado").is_file() for folder in folders)]
        if absent:
            raise SSError(409, "STATA_DEPENDENCY_MISSING", "packages are not installed", missing_dependencies=absent)
        return original(self, job_id, formats)


VARIANTS = (
    Variant(
        "sound-no-questions",
        "Drafts ask no questions; only a column that is missing keeps a plan from being frozen.",
        where=("api",),
        apply=_no_questions,
    ),
    Variant("sound-another-layout", "Artifacts lie in other folders.", where=("api", "worker"), apply=_another_layout),
    Variant("sound-other-ids", "Job ids are UUIDs, and tokens are one long word.", where=("api", "worker"), apply=_other_ids),
    Variant(
        "sound-rationale-outside",
        "Why a template was selected stands beside the plan, not in it.",
        where=("api",),
        apply=_rationale_outside,
    ),
    Variant("sound-plain-log", "Logs are plain text, one event a line.", where=("api", "worker"), apply=_plain_log),
    Variant("sound-slower", "Every draft and every run takes its time.", where=("api", "worker"), apply=_takes_its_time),
    Variant("sound-bare-plan", "The plan is shown flat, with lists of names.", where=("api",), apply=_bare_plan),
    Variant("sound-code-only-once", "A task code can be redeemed once.", where=("api",), apply=_code_only_once),
    Variant(
        "sound-missing-found-at-run",
        "What is missing is refused when the job is to run, not at the freeze.",
        where=("api",),
        apply=_missing_found_at_run,
    ),
    Variant(
        "sound-packages-looked-for-at-run",
        "A job whose packages are not installed is not taken to the worker at all.",
        where=("api",),
        apply=_packages_looked_for_at_run,
    ),
)
