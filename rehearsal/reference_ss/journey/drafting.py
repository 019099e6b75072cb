"""Draft preview: the LLM reads the requirement against the columns, then chooses a template from the library."""

import uuid
from datetime import timedelta
from typing import Any

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.inputs import refuse_when_locked, require_inputs
from rehearsal.reference_ss.llm import answers, prompts
from rehearsal.reference_ss.llm.client import LlmClient
from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.jobs import JobStore, add_to_index
from rehearsal.reference_ss.store.models import Draft, Inputs, Job, Selection, now
from rehearsal.reference_ss.templates import Template, TemplateLibrary, TemplateMeta

SELECT_TEMPLATE = "do_template.select_template"
DRAFT_PREVIEW = "draft_preview"
_PATCHABLE = frozenset({"outcome_var", "treatment_var", "controls", "group_var", "default_overrides"})
_RETRY_AFTER_SECONDS = 3
_RETRY_FOR = timedelta(seconds=30)

_log = jsonlog.logger(__name__)


class Drafting:
    """Makes and patches drafts of jobs in `store`."""

    def __init__(self, store: JobStore, llm: LlmClient, library: TemplateLibrary) -> None:
        self._store = store
        self._llm = llm
        self._library = library

    def preview(self, job_id: str) -> Job:
        """The job with a draft and a selected template.

        A draft is made once for each upload; asking again shows the same one, patches included. Raises SSError: 400
        before an upload, 502 when the LLM does not answer or answers what can't be used, 409 when an upload came in
        between.
        """
        job = self._store.load(job_id)
        if job.draft is not None and (job.plan is not None or self._still_offered(job)):
            return job
        inputs = require_inputs(job)
        _log.info("SS_DRAFT_PREVIEW_START", job_id=job_id)
        draft = self._draft(job, inputs)
        selection = self._select(job, draft)
        with self._store.edit(job_id) as job:
            if job.inputs is None or job.inputs.fingerprint != inputs.fingerprint:
                message = "the data set was replaced while the draft was made"
                raise SSError(409, "DRAFT_INPUTS_CHANGED", message, job_id=job_id)
            if job.plan is None:
                job.draft, job.selection, job.status = draft, selection, "draft_ready"
        _log.info("SS_DRAFT_PREVIEW_DONE", job_id=job_id, template_id=selection.template_id)
        return job

    def patch(self, job_id: str, updates: dict[str, Any]) -> tuple[Job, list[str]]:
        """Change fields of the draft. Out: the job and the names of the fields that were changed.

        Raises SSError: 400 for a field that can't be patched or a value of another type, 409 without a draft or once
        the plan is frozen.
        """
        unknown = sorted(set(updates) - _PATCHABLE)
        if unknown:
            message = "the draft has no such field to patch"
            raise SSError(400, "DRAFT_PATCH_INVALID", message, fields=unknown, patchable=sorted(_PATCHABLE))
        with self._store.edit(job_id) as job:
            refuse_when_locked(job, "draft.patch")
            if job.draft is None:
                raise SSError(409, "DRAFT_MISSING", "there is no draft to patch", job_id=job_id, status=job.status)
            try:
                job.draft = Draft.model_validate({**job.draft.model_dump(), **updates}, strict=True)
            except ValueError as error:
                message = "a field of the draft was given a value of another type"
                raise SSError(400, "DRAFT_PATCH_INVALID", message, fields=sorted(updates)) from error
        return job, sorted(updates)

    def template_of(self, job: Job) -> TemplateMeta:
        """The metadata of the template that a drafted job selected. Raises SSError (404) when it is gone."""
        if job.selection is None:
            raise SSError(409, "DRAFT_MISSING", "no template is selected yet", job_id=job.job_id, status=job.status)
        return self._library.load(job.selection.template_id).meta

    def pending(self) -> dict[str, Any]:
        """What is answered while there is nothing to draft from."""
        return {
            "status": "pending",
            "message": "pending_inputs_upload",
            "retry_after_seconds": _RETRY_AFTER_SECONDS,
            "retry_until": (now() + _RETRY_FOR).isoformat(),
        }

    def _still_offered(self, job: Job) -> bool:
        offered = {template.template_id for template in self._library.usable()}
        return job.selection is not None and job.selection.template_id in offered

    def _draft(self, job: Job, inputs: Inputs) -> Draft:
        columns = [
            {"name": column.name, "type": "numeric" if column.is_numeric else "string", "distinct": column.distinct}
            for column in inputs.columns
        ]
        reply = self._llm.ask(job.job_id, DRAFT_PREVIEW, prompts.draft_preview(job.requirement, columns))
        answer = answers.parse(reply.text, answers.DraftAnswer, DRAFT_PREVIEW, reply.llm_call_id)
        return Draft(
            draft_id=f"draft_{uuid.uuid4().hex[:16]}",
            llm_call_id=reply.llm_call_id,
            **answer.model_dump(exclude={"schema_version"}),
        )

    def _select(self, job: Job, draft: Draft) -> Selection:
        candidates = self._library.usable()
        if not candidates:
            message = "the template library offers no usable template"
            raise SSError(500, "DO_TEMPLATE_SELECTION_NO_CANDIDATES", message, job_id=job.job_id)
        offered = [_offer(template) for template in candidates]
        _log.info("SS_DO_TEMPLATE_SELECT_START", job_id=job.job_id, candidates=len(offered))
        prompt = prompts.select_template(
            job.requirement, draft.model_dump(exclude={"draft_id", "llm_call_id", "default_overrides"}), offered
        )
        reply = self._llm.ask(job.job_id, SELECT_TEMPLATE, prompt)
        answer = answers.parse(reply.text, answers.SelectionAnswer, SELECT_TEMPLATE, reply.llm_call_id)
        offered_ids = [template.template_id for template in candidates]
        if answer.template_id not in offered_ids:
            _log.warning("SS_DO_TEMPLATE_SELECT_FAILED", job_id=job.job_id, template_id=answer.template_id)
            raise SSError(
                502,
                "DO_TEMPLATE_SELECTION_INVALID_TEMPLATE_ID",
                f"the LLM chose a template that was not offered: {answer.template_id}",
                template_id=answer.template_id,
                candidate_template_ids=offered_ids,
                llm_call_id=reply.llm_call_id,
            )
        selection = Selection(
            template_id=answer.template_id,
            reason=answer.reason,
            confidence=answer.confidence,
            candidate_template_ids=offered_ids,
            llm_call_id=reply.llm_call_id,
            evidence_rel_path=layout.SELECTION_RESULT,
        )
        self._keep(job, offered, selection)
        _log.info("SS_DO_TEMPLATE_SELECT_DONE", job_id=job.job_id, template_id=selection.template_id)
        return selection

    def _keep(self, job: Job, offered: list[dict[str, Any]], selection: Selection) -> None:
        folder = self._store.folder(job.job_id)
        common = {"schema_version": 1, "job_id": job.job_id, "operation": SELECT_TEMPLATE}
        ids = selection.candidate_template_ids
        candidates = {**common, "stage": "stage2_candidates", "candidate_template_ids": ids, "candidates": offered}
        chosen = {
            "schema_version": 2,
            "primary_template_id": selection.template_id,
            "primary_reason": selection.reason,
            "primary_confidence": selection.confidence,
            "supplementary_templates": [],
        }
        result = {
            **common,
            "stage": "stage2",
            "llm_call_id": selection.llm_call_id,
            "candidate_template_ids": ids,
            "selection": chosen,
            "selected_template_id": selection.template_id,
            "primary_confidence": selection.confidence,
        }
        files.write_json(folder / layout.SELECTION_CANDIDATES, candidates)
        files.write_json(folder / layout.SELECTION_RESULT, result)
        entries = self._store.describe(
            job.job_id,
            [
                ("do_template.selection.candidates", layout.SELECTION_CANDIDATES),
                ("do_template.selection.stage2", layout.SELECTION_RESULT),
            ],
        )
        with self._store.edit(job.job_id) as stored:
            add_to_index(stored, entries)


def _offer(template: Template) -> dict[str, Any]:
    return {
        "template_id": template.template_id,
        "name": template.meta.title,
        "use_when": template.meta.description,
    }
