"""The choice of the template."""

from behave import given, then, when
from hamcrest import assert_that

from ss_audit.checks import selection
from ss_audit.evidence.seen import TemplateChoices
from ss_audit.matchers import came_through, holds


@given("the plans for several questions about the same data")
def plans_for_several_questions(context):
    assert_that(context.audit.observe(TemplateChoices).choices[0], came_through("freeze"))


@then("different questions lead to different templates")
def different_templates(context):
    assert_that(context.audit, holds(selection.different_questions_different_templates))


@then("each template is the one that the model chose for that question")
def the_model_chose(context):
    assert_that(context.audit, holds(selection.the_model_chose_it))


@then("each choice is justified")
def each_choice_is_justified(context):
    assert_that(context.audit, holds(selection.each_choice_is_justified))


@then("freezing the same job again changes nothing")
def freezing_again(context):
    assert_that(context.audit, holds(selection.freezing_again_changes_nothing))


@when("the chosen template is taken out of a copy of the library")
def template_is_taken_out(context):
    context.audit.observe(TemplateChoices)


@then("another one is chosen, or the missing one is named")
def another_one_is_chosen(context):
    assert_that(context.audit, holds(selection.without_it_another_is_chosen))


@then("what is executed for a chosen template is that template")
def executed_was_chosen(context):
    assert_that(context.audit, holds(selection.what_is_executed_was_chosen))


@then("asking the same question again leads to the same template")
def same_question_same_template(context):
    assert_that(context.audit, holds(selection.same_question_same_template))
