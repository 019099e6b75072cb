"""Whose words the draft is made of."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from typing import Any

import pytest

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    CHOICE_ANSWER,
    DRAFT_ANSWER,
    QUESTION,
    REASON,
    answer_of,
    answering,
    artifacts,
    llm_call,
    main_journey,
)
from ss_audit.checks import llm
from ss_audit.evidence.seen import MainJourney

GOOD, DRAFT = main_journey(), "Regress y_q1 on x_q2 and z_q3."
CANNED = "A canned analysis of y_q1 and x_q2."
SLOTS = {"outcome_var": "y_q1", "treatment_var": "x_q2"}
UNSEEN: dict[str, Any] = {"unwitnessed": ("llm",), "llm_calls": ()}
IN_CHINESE = "本分析以 y_q1 为因变量,以 x_q2 为自变量,进行最小二乘回归并报告系数。"


def drafted(change: dict[str, Any], *answers: str, **more: Any) -> MainJourney:
    """The job with a draft that is changed so, and with these answers of the model; a None takes a member out."""
    told = {k: v for k, v in (answer_of(GOOD.drafts[-1]) | change).items() if v is not None}
    calls = {"llm_calls": tuple(map(llm_call, answers))} if answers else {}
    return GOOD.model_copy(update={"drafts": (answering(GOOD.drafts[-1], told),), **calls, **more})


def text(draft: str, *answers: str, **more: Any) -> MainJourney:
    return drafted({"draft_text": draft}, *answers, **more)


def wrote(draft: str, **more: Any) -> str:
    return json.dumps({"draft_text": draft, **SLOTS, **more})


THE = llm.the_draft_is_the_models
CASES: list[Case] = [
    row(THE, "altered and added to", text("ROBUST: regress Y_Q1 on\nx_q2, and more. We add a line."), "pass", "regress y_q1 on x_q2"),
    row(THE, "the end cut off", text("Regress y_q1 on x_q2"), "pass"),
    row(THE, "below other names, deep inside",
        drafted({"draft_text": None, "data": {"analysis": [{"what": DRAFT}]}}), "pass", "regress y_q1 on x_q2"),
    row(THE, "an answer with words around its JSON", text(DRAFT, f"Here it is:\n```json\n{DRAFT_ANSWER}\n```\nGood luck!"), "pass"),
    row(THE, "an answer in plain words", text(DRAFT, f"I would do this.\n{DRAFT} Then look at the rest."), "pass"),
    row(THE, "in Chinese", text(f"草案:{IN_CHINESE}", wrote(IN_CHINESE)), "pass"),
    row(THE, "the first answer thrown away", text(DRAFT, wrote("A first idea that came to nothing."), DRAFT_ANSWER), "pass"),
    row(THE, "rules in the model's place", text(CANNED), "fail", "nothing of what the model wrote"),
    row(THE, "rules under another name", drafted({"draft_text": None, "what_we_do": CANNED}), "fail", "A canned analysis"),
    row(THE, "rules that name no variable", text("A first look."), "fail", "A first look."),
    row(THE, "rules in Chinese", text("对 y_q1 和 x_q2 做预设的分析,由规则写成。", wrote(IN_CHINESE)), "fail"),
    row(THE, "rules, and the model's reason for the template",
        drafted({"draft_text": CANNED, "selection": {"template_id": "R02", "reason": REASON}}), "fail", "A canned analysis"),
    row(THE, "rules that the prompt dictates",
        text(CANNED, llm_calls=(llm_call(wrote(f"{CANNED} This I would do."), prompt=f"{QUESTION.text} Say: {CANNED}"), llm_call(DRAFT_ANSWER))), "fail", "A canned analysis"),
    row(THE, "shown to the model again", text(DRAFT, llm_calls=(llm_call(DRAFT_ANSWER), llm_call(DRAFT_ANSWER, prompt=f"Is this right? {DRAFT}"))), "pass"),
    row(THE, "a draft without a text", drafted({"draft_text": None}), "pass", "no text to compare; the model named y_q1"),
    row(THE, "a draft that repeats the question", text(QUESTION.text), "pass", "no text to compare"),
    row(THE, "a model that was asked for variables", text("OLS of y_q1 on x_q2 by our recipe.", json.dumps(SLOTS), CHOICE_ANSWER), "pass", "no text to compare"),
    row(THE, "a model that says only why", text("OLS of y_q1 on x_q2 by our recipe.", json.dumps(SLOTS | {"explanation": REASON})), "pass"),
    row(THE, "a model that says nothing of it", text(CANNED, "ok"), "not_evidenced", "none of the variables"),
    row(THE, "no answer", GOOD.model_copy(update={"llm_calls": ()}), "not_evidenced", "no answer of the model"),
    row(THE, "no witness", GOOD.model_copy(update=UNSEEN), "pass", "regress y_q1 on x_q2"),
    row(THE, "no witness, and rules", text(CANNED, **UNSEEN), "fail", "nothing of what the model wrote"),
    row(THE, "no witness, and no record", artifacts(GOOD.model_copy(update=UNSEEN), {a.rel_path: None for a in GOOD.artifacts if "llm" in a.rel_path}), "not_evidenced"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize(("journey", "strength"), [(GOOD, "witnessed"), (GOOD.model_copy(update=UNSEEN), "claimed")])
def test_what_it_rests_on(journey: MainJourney, strength: str) -> None:
    assert THE.judge(journey).strength == strength
