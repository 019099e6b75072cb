"""Secrets in what SS writes."""

from behave import then
from hamcrest import assert_that

from ss_audit.checks import secrecy
from ss_audit.matchers import holds


@then("no secret stands in what can be downloaded")
def no_secret_in_artifacts(context):
    assert_that(context.audit, holds(secrecy.artifacts_hold_no_secret))


@then("no key or password stands in what SS answers")
def no_key_in_answers(context):
    assert_that(context.audit, holds(secrecy.answers_hold_no_key))


@then("no secret stands in what SS logs")
def no_secret_in_logs(context):
    assert_that(context.audit, holds(secrecy.logs_hold_no_secret))
