"""Whether the template is chosen for the question, and whether it is what runs."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from typing import Any

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    DO_FILE,
    QUESTION,
    TEMPLATE,
    answering,
    artifact,
    artifacts,
    body,
    exchange,
    halted,
    journey,
    llm_call,
    main_journey,
    next_id,
    plan,
    statement,
)
from ss_audit.checks import selection
from ss_audit.evidence.model import FileSeen
from ss_audit.evidence.seen import ExecutedTemplate, Halt, Journey, RemovedTemplate, TemplateChoices

BY_KIND = {"ols": "R02", "describe": "R01", "robust": "R03", "compare": "R04"}
REMOVED = statement("R02 removed from a copy of the library")


def answered(template: str, reason: str, prefix: str = "") -> str:
    return prefix + json.dumps(
        {"primary_template_id": template, "primary_reason": reason, "supplementary": [{"template_id": "R09"}]}
    )


def choice(kind: str, template: str, reason: str | None = None, answer: str | None = None) -> Journey:
    """A job that came to a plan. `reason` stands in the plan and in the model's answer, unless that is given."""
    why = reason or f"{template} fits what is asked about y_q1."
    said = answered(template, why) if answer is None else answer
    frozen = exchange("plan freeze", {"plan": plan(template, why)}, method="POST")
    return journey(
        Journey, label=f"question: {kind}", question=QUESTION.model_copy(update={"kind": kind}), freezes=(frozen,),
        plan_read=None, plan_read_later=None, llm_calls=(llm_call('{"draft_text":"y_q1"}'), *((llm_call(said),) if said else ())),
    ).model_copy(update={"artifacts": (), "downloads": (), "index": None})  # fmt: skip


def told_afterwards(template: str, prompt: str) -> Journey:
    """The model chose R03, and was then asked for the steps of a plan with this template."""
    first, last = (
        llm_call(answered("R03", "x"), prompt=prompt),
        llm_call(answered(template, "y"), prompt=f"Steps of {template}"),
    )
    return choice("ols", template).model_copy(update={"llm_calls": (first, last)})


def choices(first: Journey | None = None, **more: Any) -> TemplateChoices:
    made = tuple(choice(kind, template) for kind, template in BY_KIND.items())
    values: dict[str, Any] = {
        "choices": (first or made[0], *made[1:]), "same_again": choice("ols", "R02"),
        "refrozen": exchange("plan freeze", {"plan": plan("R02", "R02 fits what is asked about y_q1.")}, method="POST"),
        "without": RemovedTemplate(template_id="R02", removed=REMOVED, journey=choice("ols", "R03")), "library": REMOVED,
    }  # fmt: skip
    return TemplateChoices(**values | more)


def all_alike(**more: Any) -> TemplateChoices:
    return choices(choices=tuple(choice(kind, **more) for kind in BY_KIND))


def without(gone: Journey) -> TemplateChoices:
    return choices(without=RemovedTemplate(template_id="R02", removed=REMOVED, journey=gone))


def refused(answer: object, status: int = 404, stage: Any = "freeze") -> Journey:
    said = exchange(stage, answer, status, "POST")
    base = choice("ols", "R02")
    return base.model_copy(update={"halt": Halt(stage=stage, why=said.title, evidence=said.id), "freezes": (said,)})


def executed(do_file: str | None = DO_FILE, source: str | None = TEMPLATE, path: str = "stata.do") -> ExecutedTemplate:
    seen = None if source is None else FileSeen(id=next_id(), title="source", path="R02", body=body(source))
    main = artifacts(main_journey(), {"stata.do": None, f"runs/r1/artifacts/{path}": do_file})
    return ExecutedTemplate(journey=main, looked=statement("template R02 read"), source=seen)


def besides(seen: ExecutedTemplate) -> ExecutedTemplate:
    """The plan names a second template beside the chosen one."""
    more = plan()
    more["steps"].append({"step_id": "s2", "params": {"template_id": "R01"}})
    froze = answering(seen.journey.freezes[-1], {"job_id": "j", "plan": more})
    return seen.model_copy(update={"journey": seen.journey.model_copy(update={"freezes": (froze,)})})


def twice(first: str) -> ExecutedTemplate:
    """A first attempt ran another do-file."""
    seen = executed()
    return seen.model_copy(update={"journey": artifacts(main_journey(), {"runs/r0/artifacts/stata.do": first})})


def binding_nothing(seen: ExecutedTemplate) -> ExecutedTemplate:
    froze = answering(seen.journey.freezes[-1], {"job_id": "j", "plan": plan(params_contract={})})
    return seen.model_copy(update={"journey": seen.journey.model_copy(update={"freezes": (froze,)})})


def justified_elsewhere() -> Journey:
    """The plan gives no reason; a file about the selection does."""
    frozen = exchange("plan freeze", {"plan": plan("R02", None)}, method="POST")
    kept = artifact("artifacts/selection/choice.json", json.dumps({"template_id": "R02", "reason": "R02 fits y_q1 best."}))
    return choice("ols", "R02").model_copy(update={"freezes": (frozen,), "artifacts": (kept,)})


PREAMBLE = '* put here by the worker\ncapture confirm file "data.csv"\nif _rc {\n    exit 601\n}\n\n'
ELSEWHERE = justified_elsewhere()
TWO = choices(choices=(choice("ols", "R02"), choice("describe", "R01")))
BY_RULE = {kind: choice(kind, template, f"y_q1 asks for {template}.", answer="") for kind, template in BY_KIND.items()}
CODED = {"error_code": "DO_TEMPLATE_NOT_FOUND", "template_id": "R02"}
CASES: list[Case] = [
    *(row(check, "a sound SS", choices(), "pass") for check in (
        selection.different_questions_different_templates, selection.the_model_chose_it, selection.each_choice_is_justified,
        selection.without_it_another_is_chosen, selection.freezing_again_changes_nothing, selection.same_question_same_template,
    )),
    row(selection.different_questions_different_templates, "a constant", all_alike(template="R02"), "fail", "robust → R02"),
    row(selection.different_questions_different_templates, "one question only", choices(choices=(choice("ols", "R02"),)), "not_evidenced"),
    row(selection.different_questions_different_templates, "one never came", choices(halted("freeze", kind=Journey)), "not_evidenced"),
    row(selection.the_model_chose_it, "another than answered", choices(choice("ols", "R02", answer=answered("R03", "x"))), "fail", "chose R03"),
    row(selection.the_model_chose_it, "told to the model afterwards", choices(told_afterwards("R02", prompt="R01, R02 or R03")), "fail", "ols: R02, and the model chose R03"),
    row(selection.the_model_chose_it, "told to it, and no prompt offers any", choices(told_afterwards("R02", prompt="")), "fail", "chose R03"),
    row(selection.the_model_chose_it, "a plan written for what it chose", choices(told_afterwards("R03", prompt="R01, R02 or R03")), "pass"),
    row(selection.the_model_chose_it, "one that it merely mentions", choices(choice("ols", "R02", answer='{"template_id":"R03","not":"R02"}')), "fail"),
    row(selection.the_model_chose_it, "a supplement of the answer", choices(choice("ols", "R09", answer=answered("R02", "x"))), "fail"),
    row(selection.the_model_chose_it, "nothing answered", choices(choice("ols", "R02", answer="")), "fail", "did not name"),
    row(selection.the_model_chose_it, "in a fence", choices(choice("ols", "R02", answer=f"```json\n{answered('R02', 'x')}\n```")), "pass"),
    row(selection.the_model_chose_it, "by a rule", choices(choices=tuple(BY_RULE.values()), same_again=BY_RULE["ols"]), "pass"),
    row(selection.the_model_chose_it, "by chance", choices(choices=tuple(BY_RULE.values()), same_again=BY_RULE["robust"]), "fail"),
    row(selection.the_model_chose_it, "no plan", choices(halted("draft", kind=Journey)), "not_evidenced"),
    row(selection.each_choice_is_justified, "from nowhere", choices(choice("ols", "R02", "This is the best one.", answered("R02", "x"))), "fail", "neither"),
    row(selection.each_choice_is_justified, "none", choices(choice("ols", "R02", "best")), "fail", "no rationale"),
    row(selection.each_choice_is_justified, "one for all", choices(choices=tuple(
        choice(kind, template, "The model says that this fits.") for kind, template in BY_KIND.items())), "fail", "one rationale"),
    row(selection.each_choice_is_justified, "with quotes and umlauts", choices(choice("ols", "R02", 'Für "das" passt es gut.')), "pass"),
    row(selection.each_choice_is_justified, "no plan", choices(halted("draft", kind=Journey)), "not_evidenced"),
    row(selection.without_it_another_is_chosen, "the same, though it is gone", without(choice("ols", "R02")), "fail", "R02 again, although it was taken out of the library"),
    row(selection.without_it_another_is_chosen, "an error that names it", without(refused(CODED)), "pass"),
    row(selection.without_it_another_is_chosen, "an error that names nothing", without(refused({"error_code": "BROKEN"}, 500)), "fail"),
    row(selection.without_it_another_is_chosen, "named without a code", without(refused("R02 is missing", 500)), "fail"),
    row(selection.without_it_another_is_chosen, "empty answers", without(refused({}, 500)), "fail"),
    row(selection.without_it_another_is_chosen, "stuck before", without(halted("upload", kind=Journey)), "not_evidenced"),
    row(selection.without_it_another_is_chosen, "no library", choices(without=None, library=statement("no", why="no library")), "not_evidenced", "no library"),
    row(selection.freezing_again_changes_nothing, "another template", choices(refrozen=exchange("f", {"plan": plan("R03")})), "fail", "R03"),
    row(selection.freezing_again_changes_nothing, "bound to something else",
        choices(refrozen=exchange("f", {"plan": plan(params_contract={"bound_values": {"A": "b"}})})), "fail", "something else"),
    row(selection.freezing_again_changes_nothing, "a refusal", choices(refrozen=exchange("f", {"error_code": "FROZEN"}, 409)), "pass"),
    row(selection.freezing_again_changes_nothing, "an empty answer", choices(refrozen=exchange("f", {})), "fail"),
    row(selection.freezing_again_changes_nothing, "it broke", choices(refrozen=exchange("f", {}, 500)), "fail"),
    row(selection.freezing_again_changes_nothing, "not tried", choices(refrozen=None), "not_evidenced"),
    row(selection.same_question_same_template, "another", choices(same_again=choice("ols", "R03")), "fail", "R02, then R03"),
    row(selection.same_question_same_template, "not asked", choices(same_again=None), "not_evidenced"),
    row(selection.what_is_executed_was_chosen, "rendered", executed(), "pass"),
    row(selection.what_is_executed_was_chosen, "behind a preamble", executed(PREAMBLE + DO_FILE), "pass"),
    row(selection.what_is_executed_was_chosen, "a template of Windows",
        executed(source="\ufeff" + TEMPLATE.replace("\n", "\r\n", 3)), "pass"),
    *(row(selection.what_is_executed_was_chosen, f"at its end {end!r}", executed(DO_FILE + end), "pass") for end in (
        "exit\n", "exit, clear\n", "capture log close _all\nexit 0\n", "* done\nexit\nregress x_q2 y_q1\n",
    )),
    row(selection.what_is_executed_was_chosen, "a command after its end",
        executed(DO_FILE + 'log close\nfile open t using "table.csv", write replace\n'), "fail", "goes on with 'file open"),
    row(selection.what_is_executed_was_chosen, "an error at its end", executed(DO_FILE + "exit 9\n"), "fail", "goes on with 'exit 9"),
    row(selection.what_is_executed_was_chosen, "twice, altered after",
        executed(DO_FILE + DO_FILE.replace("regress y_q1", "drop if x_q2 > 1\nregress y_q1")), "fail", "last command"),
    row(selection.what_is_executed_was_chosen, "another template of the plan comes after it",
        besides(executed(DO_FILE + "tabulate z_q3\n")), "pass"),
    row(selection.what_is_executed_was_chosen, "roles swapped",
        executed(DO_FILE.replace("regress y_q1 x_q2", "regress x_q2 y_q1")), "fail", "goes on with 'regress y_q1 x_q2 z_q3'"),
    row(selection.what_is_executed_was_chosen, "a part of the data",
        executed(DO_FILE.replace("regress y_q1 x_q2 z_q3", "regress y_q1 x_q2 z_q3 in 1/4")), "fail", "in 1/4"),
    row(selection.what_is_executed_was_chosen, "other blanks", executed(DO_FILE.replace("regress y_q1", "regress   y_q1")), "pass"),
    row(selection.what_is_executed_was_chosen, "a value that the plan does not bind",
        executed(DO_FILE + "display 5\n", TEMPLATE + "display __LEVEL__\n"), "pass"),
    row(selection.what_is_executed_was_chosen, "under another name", executed(path="analysis.do"), "pass"),
    row(selection.what_is_executed_was_chosen, "another do-file", executed('display "42"'), "fail", "does not hold"),
    row(selection.what_is_executed_was_chosen, "another command in its middle", executed(DO_FILE.replace("regress", "reg")), "fail", "goes on with"),
    row(selection.what_is_executed_was_chosen, "one command more in its middle",
        executed(DO_FILE.replace("regress", "drop if x_q2 > 1\nregress")), "fail", "drop if"),
    row(selection.what_is_executed_was_chosen, "cut short", executed(DO_FILE.partition("\nregress")[0]), "fail", "nothing"),
    row(selection.what_is_executed_was_chosen, "no do-file", executed(None), "fail"),
    row(selection.what_is_executed_was_chosen, "an empty template", executed(source="* nothing\n"), "fail", "no command"),
    row(selection.what_is_executed_was_chosen, "no library", executed(source=None), "not_evidenced", "be compared"),
    row(selection.what_is_executed_was_chosen, "not run",
        ExecutedTemplate(journey=halted("finish"), looked=statement("x")), "not_evidenced"),
    row(selection.different_questions_different_templates, "two questions", TWO, "pass", "describe → R01"),
    row(selection.the_model_chose_it, "no answer, and not asked again", choices(choices=tuple(BY_RULE.values()), same_again=None), "fail", "did not name"),
    row(selection.the_model_chose_it, "by a rule, and by the model the next time", choices(choices=tuple(BY_RULE.values())), "fail", "did not name"),
    row(selection.the_model_chose_it, "mentioned in one answer, chosen in none", choices(
        choices=(choice("ols", "R02", answer='{"note": "R02 would do"}'), *tuple(BY_RULE.values())[1:]), same_again=BY_RULE["ols"]), "fail", "did not name"),
    row(selection.the_model_chose_it, "a plan without a template", choices(choice("ols", "")), "not_evidenced", "names no template"),
    row(selection.each_choice_is_justified, "one sentence for two questions", choices(choices=tuple(
        choice(kind, BY_KIND[kind], "The model says that this fits.") for kind in ("ols", "robust"))), "fail", "one rationale"),
    row(selection.each_choice_is_justified, "one question", choices(choices=(choice("ols", "R02"),)), "pass"),
    row(selection.each_choice_is_justified, "by the model alone", choices(choice("ols", "R02", "The best that there is for this.")), "pass"),
    row(selection.each_choice_is_justified, "by the question alone", choices(choices=tuple(BY_RULE.values())), "pass"),
    row(selection.each_choice_is_justified, "in a file beside the plan", choices(ELSEWHERE), "pass", "R02 fits y_q1 best."),
    row(selection.without_it_another_is_chosen, "another, and its run failed", without(choice("ols", "R03").model_copy(
        update={"halt": Halt(stage="finish", why="failed", evidence="E1")})), "pass", "R03 instead of R02"),
    row(selection.without_it_another_is_chosen, "no draft, with an error that names it", without(refused(CODED, stage="draft")), "pass"),
    row(selection.freezing_again_changes_nothing, "it broke, with the plan in the answer", choices(refrozen=exchange("f", {"plan": plan("R02")}, 500)), "fail"),
    row(selection.what_is_executed_was_chosen, "after an attempt with another do-file", twice("display 1\n"), "pass", "command by command"),
    row(selection.what_is_executed_was_chosen, "a plan that binds nothing", binding_nothing(executed()), "pass"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_a_placeholder_that_is_filled_in_with_nothing_may_leave_no_line() -> None:
    source = "version 18\n__OPTIONS__\nlocal p = __P__\nregress __Y__\n"
    assert selection.what_is_executed_was_chosen.judge(executed("version 18\nlocal p =\nregress y\n", source)).outcome == "pass"
