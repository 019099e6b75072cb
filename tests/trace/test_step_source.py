"""Step modules are read as behave would read them, without importing them."""

import pytest

from ss_audit.plan import PlannedStep
from ss_audit.step_source import StepDefinition, StepError, step_definitions

STEPS = """\
from behave import given, step, then, when

from ss_audit.checks import oven
from ss_audit.checks import shop as front
from ss_audit.checks.bakery import sign_is_lit
from ss_audit.matchers import holds


@given("an oven of {kind}")
def an_oven(context, kind):
    context.audit.oven(kind)


@then("the bread is warm")
@step("it is as warm as ever")
def warm(context):
    assert_that(context.audit, holds(oven.bread_is_warm))


@then("the shop is open")
def shop(context):
    door = holds(front.door_is_open)
    assert_that(context.audit, all_of(door, holds(sign_is_lit)))


@then("nobody looks")
def nobody(context):
    holds(oven.bread_is_warm)


def no_step(context):
    holds(oven.not_shown)
"""


def definitions(source: str = STEPS) -> tuple[StepDefinition, ...]:
    return step_definitions({"steps/bread.py": source})


def step(kind: str, text: str) -> PlannedStep:
    return PlannedStep.model_validate({"kind": kind, "keyword": kind.title(), "text": text, "line": 1})


def test_each_decorator_is_a_definition_with_the_checks_it_shows() -> None:
    found = [(d.kind, d.phrase, d.function, d.shows) for d in definitions()]
    assert found == [
        ("given", "an oven of {kind}", "an_oven", ()),
        ("then", "the bread is warm", "warm", ("oven.bread_is_warm",)),
        ("step", "it is as warm as ever", "warm", ("oven.bread_is_warm",)),
        ("then", "the shop is open", "shop", ("bakery.sign_is_lit", "shop.door_is_open")),
        ("then", "nobody looks", "nobody", ()),
    ]


def test_a_definition_matches_as_behave_does() -> None:
    oven, warm, ever, *_ = definitions()
    assert oven.matches(step("given", "an oven of brick"))
    assert not oven.matches(step("when", "an oven of brick"))
    assert not oven.matches(step("given", "an oven"))
    assert warm.matches(step("then", "the bread is warm"))
    assert not warm.matches(step("then", "The bread is warm"))
    assert not warm.matches(step("then", "the bread is warm and soft"))
    assert ever.matches(step("when", "it is as warm as ever"))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (STEPS.replace("holds(oven.bread_is_warm)", "holds(cellar.bread_is_warm)"), "does not name a check"),
        (STEPS.replace("holds(oven.bread_is_warm)", "holds(CHECKS[0])"), "does not name a check"),
        (STEPS.replace('@then("the bread is warm")', "@then(PHRASE)"), "must be one plain string"),
        (STEPS.replace("{kind}", "{kind:Unheard}"), "can't read the phrase"),
        (STEPS.replace("all_of(", "any_of("), "look as if it passed"),
        ("def broken(:\n", "steps/bread.py:1"),
    ],
)
def test_what_cannot_be_traced_is_an_error_with_its_place(source: str, says: str) -> None:
    with pytest.raises(StepError, match=r"steps/bread\.py:\d+") as refused:
        definitions(source)
    assert says in str(refused.value)
