"""Who may open a job."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import redeem
from ss_audit.evidence.seen import AccessTrials
from ss_audit.matchers import holds


@given("two jobs of two people")
def two_jobs(context):
    context.audit.observe(AccessTrials)


@then("redeeming a task code answers with a job and a token")
def job_and_token(context):
    assert_that(context.audit, holds(redeem.job_and_token_are_returned))


@then("the token opens its own job")
def token_opens_its_job(context):
    assert_that(context.audit, holds(redeem.the_token_opens_the_job))


@then("without a token nothing opens")
def no_token(context):
    assert_that(context.audit, holds(redeem.no_token_opens_nothing))


@then("with a malformed token nothing opens")
def malformed_token(context):
    assert_that(context.audit, holds(redeem.a_malformed_token_opens_nothing))


@then("with a wrong token nothing opens")
def wrong_token(context):
    assert_that(context.audit, holds(redeem.a_wrong_token_opens_nothing))


@then("with another person's token nothing opens")
def another_token(context):
    assert_that(context.audit, holds(redeem.another_jobs_token_opens_nothing))


@then("redeeming the first code again opens no second job")
def redeemed_again(context):
    assert_that(context.audit, holds(redeem.redeeming_twice_opens_no_second_job))
