"""The frozen plan."""

from behave import then
from hamcrest import assert_that

from ss_audit.checks import plan
from ss_audit.matchers import holds


@then("the plan names its template")
def names_its_template(context):
    assert_that(context.audit, holds(plan.names_its_template))


@then("it is known why this template was selected")
def says_why(context):
    assert_that(context.audit, holds(plan.says_why_this_template))


@then("the plan holds the bound parameters")
def holds_parameters(context):
    assert_that(context.audit, holds(plan.holds_bound_parameters))


@then("the plan states what is missing, be it nothing")
def states_what_is_missing(context):
    assert_that(context.audit, holds(plan.states_what_is_missing))


@then("the plan states the packages that it needs, be it none")
def states_packages(context):
    assert_that(context.audit, holds(plan.states_dependencies))


@then("the plan promises its outputs, and where they will be")
def promises_outputs(context):
    assert_that(context.audit, holds(plan.promises_outputs_and_places))


@then("the plan stays what it was when it was frozen")
def stays_what_it_was(context):
    assert_that(context.audit, holds(plan.stays_what_was_frozen))


@then("the plan binds the columns of the question")
def binds_the_columns(context):
    assert_that(context.audit, holds(plan.binds_the_columns_of_the_question))


@then("the executed do-file works on what was bound")
def runs_on_what_was_bound(context):
    assert_that(context.audit, holds(plan.runs_on_what_was_bound))
