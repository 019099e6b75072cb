"""A template that is not chosen for the question, or a choice that nothing follows from."""

import copy
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of
from rehearsal.faults.sound_asking import writing_the_plan

SCENARIO = "Template selection is not hard-coded"
PLAN = "Plan freeze includes template choice, bindings, dependencies, and artifact contract"
ONE_QUESTION = "The same question leads to the same template"


def _selecting(change: Callable[[Any, Any], dict[str, Any]]) -> None:
    """Alters what the model selected. In: the job and the selection. Out: the fields that become others."""
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_select")
    def select(original: Any, self: Any, job: Any, draft: Any) -> Any:
        selection = original(self, job, draft)
        return selection.model_copy(update=change(job, selection))


def _constant() -> None:
    _selecting(lambda _job, _selection: {"template_id": "R01"})


def _constant_that_may_not_fit() -> None:
    _selecting(lambda _job, _selection: {"template_id": "R02"})


def _constant_with_a_varying_rationale() -> None:
    _selecting(lambda job, _: {"template_id": "R01", "reason": f"Descriptive statistics answer this best: {job.requirement}"})


def _by_job_id() -> None:
    _selecting(lambda job, _: {"template_id": "R01" if int(job.job_id[-1], 16) % 2 else "R02"})


def _ignored_and_told_to_the_model() -> None:
    writing_the_plan(lambda it: it.model_copy(update={"template_id": "R02"}) if it.template_id == "R03" else it)


def _rationale_from_nowhere() -> None:
    _selecting(lambda _job, _selection: {"reason": "Chosen in accordance with the practice of the department."})


def _one_rationale_for_all() -> None:
    def every_column(job: Any, _selection: Any) -> dict[str, Any]:
        return {"reason": f"A good fit for data on {', '.join(column.name for column in job.inputs.columns)}."}

    _selecting(every_column)


def _no_rationale() -> None:
    from rehearsal.reference_ss.journey import drafting, plan_steps
    from rehearsal.reference_ss.llm.client import LlmClient

    instead_of(plan_steps, "rationale")(lambda _original, _selection: {"selected_by": "llm"})
    instead_of(drafting.Drafting, "_keep")(lambda _original, *_: None)

    @instead_of(LlmClient, "_keep")
    def keep(original: Any, self: Any, job_id: str, call_id: str, prompt: str, _response: str, meta: Any) -> None:
        original(self, job_id, call_id, prompt, "", meta)


def _ignored_by_the_plan() -> None:
    from rehearsal.reference_ss.journey import binding
    from rehearsal.reference_ss.journey.planning import Planning

    @instead_of(Planning, "_assembled")
    def assembled(original: Any, self: Any, job: Any, confirmation: Any, draft: Any, selection: Any, *_: Any) -> Any:
        template = self._library.load("R01")
        bindings = binding.bind(template.meta, draft, job.inputs.columns, {})
        return original(self, job, confirmation, draft, selection, template, bindings)


def _library_not_loaded() -> None:
    from rehearsal.reference_ss.settings import OWN_LIBRARY
    from rehearsal.reference_ss.templates import TemplateLibrary

    @instead_of(TemplateLibrary, "__init__")
    def init(original: Any, self: Any, _root: Any) -> None:
        original(self, OWN_LIBRARY)


def _missing_template_is_an_internal_error() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_select")
    def select(original: Any, self: Any, job: Any, draft: Any) -> Any:
        if len(self._library.usable()) < 4:
            raise IndexError("list index out of range")
        return original(self, job, draft)


def _another_plan_at_a_second_freeze() -> None:
    from rehearsal.reference_ss.journey import planning

    @instead_of(planning, "_frozen_before")
    def frozen_before(original: Any, job: Any, plan: Any, confirmation: Any) -> Any:
        again = copy.deepcopy(original(job, plan, confirmation))
        again["steps"][0]["params"]["template_id"] = "R04"
        return again


def _do_file_not_from_the_template() -> None:
    from rehearsal.reference_ss.worker import dofile

    @instead_of(dofile, "render")
    def render(original: Any, template: Any, values: Any) -> str:
        return str(original(template, values)).replace("\ncount\n", "\ncount\ndrop in 1\n", 1)


def _another_template_every_third_job() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_select")
    def select(original: Any, self: Any, job: Any, draft: Any) -> Any:
        chosen = original(self, job, draft)
        return chosen.model_copy(update={"template_id": "R01"}) if len(self._store.ids()) // 3 % 2 else chosen


FAULTS = (
    Fault(
        name="constant-template",
        group="template choice",
        what="Whatever is asked, the template is R01: the model is asked for one, and not listened to.",
        scenario=SCENARIO,
        check="selection.different_questions_different_templates",
        saw=r"ols → R01, describe → R01, robust → R01, compare → R01",
        severity="critical",
        verdict="NOT READY",
        where=("api",),
        apply=_constant,
    ),
    Fault(
        name="constant-template-that-may-not-fit",
        group="template choice",
        what="Whatever is asked, the template is R02, a regression; questions that it does not fit come to no plan.",
        scenario=SCENARIO,
        check="selection.different_questions_different_templates",
        saw=r"ols → R02, describe → R02, robust → R02",
        severity="critical",
        verdict="NOT READY",
        where=("api",),
        apply=_constant_that_may_not_fit,
    ),
    Fault(
        name="selection-ignored-and-written-into-the-plan-prompt",
        group="template choice",
        what="A selection of R03 is replaced by R02 without a word; the model is then told to write a plan for R02, and does.",
        scenario=SCENARIO,
        check="selection.the_model_chose_it",
        saw=r"robust: R02, and the model chose R03",
        severity="critical",
        verdict="NOT READY",
        where=("api",),
        apply=_ignored_and_told_to_the_model,
    ),
    Fault(
        name="constant-template-with-a-varying-rationale",
        group="template choice",
        what="The template is always R01, and the reason given for it is made of the question.",
        scenario=SCENARIO,
        check="selection.the_model_chose_it",
        saw=r"ols: R01, and the model chose R02",
        severity="critical",
        verdict="NOT READY",
        where=("api",),
        apply=_constant_with_a_varying_rationale,
    ),
    Fault(
        name="choice-by-job-id",
        group="template choice",
        what="The template follows from the last digit of the job's id, so different jobs do get different ones.",
        scenario=SCENARIO,
        check="selection.the_model_chose_it",
        saw=r"robust: R0[12], and the model chose R03",
        severity="critical",
        verdict="NOT READY",
        where=("api",),
        apply=_by_job_id,
    ),
    Fault(
        name="rationale-from-nowhere",
        group="template choice",
        what="The reason for the template is a phrase that neither the model wrote nor the question led to.",
        scenario=SCENARIO,
        check="selection.each_choice_is_justified",
        saw=r"practice of the department\.' comes neither from the model nor from the question",
        severity="major",
        verdict="NOT READY",
        where=("api",),
        apply=_rationale_from_nowhere,
    ),
    Fault(
        name="one-rationale-for-all",
        group="template choice",
        what="The reason for the template is a sentence with every column of the data, the same for each question.",
        scenario=SCENARIO,
        check="selection.each_choice_is_justified",
        saw=r"one rationale for every question: 'A good fit for data on ",
        severity="major",
        verdict="NOT READY",
        where=("api",),
        apply=_one_rationale_for_all,
    ),
    Fault(
        name="no-rationale",
        group="template choice",
        what="Nothing that is kept says why the template was selected, the model's answer included.",
        scenario=PLAN,
        check="plan.says_why_this_template",
        saw=r"no rationale in the plan, nor in a selection artifact that names R02",
        severity="major",
        verdict="NOT READY",
        seen="SS's own plan carries no rationale; it stands only in an artifact of the selection",
        where=("api",),
        apply=_no_rationale,
    ),
    Fault(
        name="selection-ignored-by-the-plan",
        group="template choice",
        what="The model's selection is kept with its reason, and the plan is made for R01 all the same.",
        scenario=SCENARIO,
        check="selection.the_model_chose_it",
        saw=r"ols: R01, and the model chose R02",
        severity="critical",
        verdict="NOT READY",
        seen="SS falls back to a default template without a word when its selection failed half-way",
        where=("api",),
        apply=_ignored_by_the_plan,
    ),
    Fault(
        name="library-not-loaded",
        group="template choice",
        what="The configured template library is not read; SS uses templates that are built into it.",
        scenario=SCENARIO,
        check="selection.without_it_another_is_chosen",
        saw=r"R02 again, although it was taken out of the library",
        severity="critical",
        verdict="NOT READY",
        where=("api", "worker"),
        apply=_library_not_loaded,
    ),
    Fault(
        name="missing-template-is-an-internal-error",
        group="template choice",
        what="When a template is gone from the library, the draft breaks with an error that names nothing.",
        scenario=SCENARIO,
        check="selection.without_it_another_is_chosen",
        saw=r"500, SERVICE_INTERNAL_ERROR",
        severity="minor",
        verdict="NOT READY",
        where=("api",),
        apply=_missing_template_is_an_internal_error,
    ),
    Fault(
        name="another-plan-at-a-second-freeze",
        group="template choice",
        what="Freezing a job again answers with a plan for another template.",
        scenario=SCENARIO,
        check="selection.freezing_again_changes_nothing",
        saw=r"200, R04",
        severity="major",
        verdict="NOT READY",
        where=("api",),
        apply=_another_plan_at_a_second_freeze,
    ),
    Fault(
        name="do-file-not-from-the-template",
        group="template choice",
        what="The worker adds a command to the template's do-file that drops the first observation.",
        scenario=SCENARIO,
        check="selection.what_is_executed_was_chosen",
        saw=r"the do-file with 'drop in 1'",
        severity="critical",
        verdict="NOT READY",
        where=("worker",),
        apply=_do_file_not_from_the_template,
    ),
    Fault(
        name="another-template-for-the-same-question",
        group="template choice",
        what="The same question gets another template when it is asked again later.",
        scenario=ONE_QUESTION,
        check="selection.same_question_same_template",
        saw=r"R02, then R01",
        severity="minor",
        # Advisory: it never moves the verdict, and a run of this scenario alone is partial.
        verdict="INCONCLUSIVE",
        blame="operator",
        where=("api",),
        apply=_another_template_every_third_job,
    ),
)
