"""Plan freeze: template, reason, bindings, dependencies and contract are settled once and never change again."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey import binding, missing, plan_steps
from rehearsal.reference_ss.journey.binding import Bindings
from rehearsal.reference_ss.journey.inputs import require_inputs
from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.jobs import JobStore, add_to_index
from rehearsal.reference_ss.store.models import Draft, Job, Selection
from rehearsal.reference_ss.templates import Template, TemplateLibrary

_log = jsonlog.logger(__name__)


class Confirmation(BaseModel):
    """What the user says at freeze: answers to the draft's questions, corrections of variables, a note."""

    notes: str | None = None
    answers: dict[str, str] = {}
    variable_corrections: dict[str, str] = {}
    default_overrides: dict[str, Any] = {}

    @property
    def says_nothing(self) -> bool:
        return self == Confirmation()


class Planning:
    """Freezes and reads plans of jobs in `store`."""

    def __init__(self, store: JobStore, library: TemplateLibrary, stata_timeout_seconds: int) -> None:
        self._store = store
        self._library = library
        self._stata_timeout_seconds = stata_timeout_seconds

    def freeze(self, job_id: str, confirmation: Confirmation) -> dict[str, Any]:
        """Freeze the plan; out: the plan. The same confirmation again, or an empty one, shows the plan that stands.

        Raises SSError: 409 before a draft or for another confirmation of a frozen plan, 400 for what is missing or
        does not fit the data set, 404 when the selected template is no longer there.
        """
        _log.info("SS_PLAN_FREEZE_START", job_id=job_id)
        with self._store.edit(job_id) as job:
            if job.plan is not None:
                return _frozen_before(job, job.plan, confirmation)
            plan = self._plan(job, confirmation)
            files.write_json(self._store.folder(job_id) / layout.PLAN, plan)
            add_to_index(job, self._store.describe(job_id, [("plan.json", layout.PLAN)]))
            job.plan = plan
            job.confirmation = confirmation.model_dump()
        _log.info("SS_PLAN_FROZEN", job_id=job_id, plan_id=plan["plan_id"])
        return plan

    def read(self, job_id: str) -> dict[str, Any]:
        """The frozen plan. Raises SSError (409) before the freeze."""
        job = self._store.load(job_id)
        if job.plan is None:
            raise SSError(409, "PLAN_MISSING", "the plan is not frozen yet", job_id=job_id, status=job.status)
        return job.plan

    def _plan(self, job: Job, confirmation: Confirmation) -> dict[str, Any]:
        draft, selection = job.draft, job.selection
        if draft is None or selection is None:
            message = f"the plan can't be frozen (status={job.status})"
            raise SSError(409, "PLAN_FREEZE_NOT_ALLOWED", message, job_id=job.job_id, status=job.status)
        inputs = require_inputs(job)
        template = self._library.load(selection.template_id)
        bindings = binding.bind(template.meta, draft, inputs.columns, confirmation.variable_corrections)
        unanswered = missing.unanswered(confirmation.answers)
        if unanswered or bindings.missing:
            _log.warning(
                "SS_PLAN_FREEZE_MISSING_REQUIRED",
                job_id=job.job_id,
                template_id=template.template_id,
                missing_fields=unanswered,
                missing_params=bindings.missing,
            )
            raise missing.error(job.job_id, template.meta, unanswered, bindings.missing, inputs.columns)
        return self._assembled(job, confirmation, draft, selection, template, bindings)

    def _assembled(
        self,
        job: Job,
        confirmation: Confirmation,
        draft: Draft,
        selection: Selection,
        template: Template,
        bindings: Bindings,
    ) -> dict[str, Any]:
        inputs = require_inputs(job)
        requirement = hashlib.sha256(job.requirement.encode()).hexdigest()
        params = {
            "composition_mode": "sequential",
            "template_id": template.template_id,
            "template_params": bindings.values,
            "template_contract": plan_steps.contract(template.meta, bindings),
            "selection": plan_steps.rationale(selection),
            "input_bindings": {"primary_dataset": f"input:{inputs.dataset_key}"},
            "inputs_fingerprint": inputs.fingerprint,
            "requirement_fingerprint": requirement,
            "analysis_spec": {
                "outcome_var": draft.outcome_var,
                "treatment_var": draft.treatment_var,
                "controls": draft.controls,
                "group_var": draft.group_var,
                "default_overrides": {**draft.default_overrides, **confirmation.default_overrides},
                "answers": confirmation.answers,
                "variable_corrections": confirmation.variable_corrections,
                "unused_corrections": bindings.unused_corrections,
                "notes": confirmation.notes,
            },
        }
        steps = plan_steps.steps(params, self._stata_timeout_seconds)
        identity = json.dumps([job.job_id, steps], sort_keys=True, ensure_ascii=False)
        plan_id = hashlib.sha256(identity.encode()).hexdigest()
        return {"plan_version": 1, "plan_id": plan_id, "rel_path": layout.PLAN, "steps": steps}


def _frozen_before(job: Job, plan: dict[str, Any], confirmation: Confirmation) -> dict[str, Any]:
    if not confirmation.says_nothing and confirmation.model_dump() != job.confirmation:
        message = "the plan is frozen already, with another confirmation"
        raise SSError(
            409, "PLAN_ALREADY_FROZEN_CONFLICT", message, job_id=job.job_id, plan_id=plan["plan_id"], status=job.status
        )
    _log.info("SS_PLAN_FREEZE_IDEMPOTENT", job_id=job.job_id, plan_id=plan["plan_id"])
    return plan
