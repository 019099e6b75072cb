"""The operator's own data."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import own_data
from ss_audit.evidence.seen import OperatorsJourney
from ss_audit.matchers import holds


@given("a job on the operator's own data")
def a_job_on_the_operators_data(context):
    context.audit.observe(OperatorsJourney)


@then("the preview shows the columns of that data")
def preview_shows_their_columns(context):
    assert_that(context.audit, holds(own_data.the_preview_shows_their_columns))


@then("the job on it comes to a good end")
def job_on_them_succeeds(context):
    assert_that(context.audit, holds(own_data.the_job_comes_to_a_good_end))


@then("a result of it can be downloaded")
def result_of_them_arrives(context):
    assert_that(context.audit, holds(own_data.a_result_arrives))


@then("its numbers are those of that data, as Stata stores and prints them")
def numbers_are_theirs(context):
    assert_that(context.audit, holds(own_data.the_numbers_are_theirs))
