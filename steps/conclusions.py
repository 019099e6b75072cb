"""The conclusions for the key audit points."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import conclusions
from ss_audit.evidence.seen import Conclusions
from ss_audit.matchers import holds


@given("the conclusions of this audit")
def the_conclusions(context):
    context.audit.observe(Conclusions)


@then("each of the four key points passes or fails")
def each_point_is_concluded(context):
    assert_that(context.audit, holds(conclusions.every_point_is_concluded))
