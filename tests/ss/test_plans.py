"""The plan in an answer, wherever SS puts it."""

import json
from typing import Any

import pytest

from ss_audit.evidence.model import Body, Exchange
from ss_audit.ss import plans

PLAN = {"template_id": "R02", "params_contract": {"required": ["__DEPVAR__", 7]}}


def answer(value: Any) -> Exchange:
    body = Body(size=1, text=json.dumps(value))
    return Exchange(title="plan", method="GET", url="http://ss/plan", status=200, response_body=body)


@pytest.mark.parametrize(
    "value",
    [
        {"job_id": "j", "plan": PLAN},
        {"ok": True, "data": {"job_id": "j", "plan": PLAN}, "meta": {"request_id": "1"}},
        {"frozenPlan": PLAN},
        {"data": PLAN, "meta": {"request_id": "2"}},
        PLAN,
    ],
)
def test_the_plan_is_found_in_its_envelope(value: Any) -> None:
    assert plans.plan_of(answer(value)) == PLAN


@pytest.mark.parametrize("value", [[], "plan", None, 7])
def test_an_answer_that_is_no_object_holds_no_plan(value: Any) -> None:
    assert plans.plan_of(answer(value)) is None


def test_what_is_required_is_told_by_name() -> None:
    assert plans.required(PLAN) == ("__DEPVAR__",)
    assert plans.required({"required_packages": ["estout"]}) == ()
