"""The artifacts, and the restart."""

from behave import then, when
from hamcrest import assert_that

from ss_audit.checks import artifacts
from ss_audit.evidence.seen import RestartTrial
from ss_audit.matchers import holds


@then("every promised output is listed")
def promised_is_listed(context):
    assert_that(context.audit, holds(artifacts.every_declared_output_is_listed))


@then("everything that is listed can be downloaded")
def listed_can_be_downloaded(context):
    assert_that(context.audit, holds(artifacts.everything_listed_can_be_downloaded))


@then("the downloads are what the list and the promise say")
def bytes_match(context):
    assert_that(context.audit, holds(artifacts.bytes_match_the_index))


@then("each promised output is the file that Stata wrote")
def outputs_are_statas(context):
    assert_that(context.audit, holds(artifacts.outputs_are_those_that_stata_wrote))


@then("nothing was added after the job had succeeded")
def nothing_was_added(context):
    assert_that(context.audit, holds(artifacts.nothing_comes_after_the_end))


@when("the API and the worker are restarted")
def restarted(context):
    context.audit.observe(RestartTrial)


@then("both are other processes than before")
def other_processes(context):
    assert_that(context.audit, holds(artifacts.api_and_worker_really_restarted))


@then("the status of the job is the same")
def same_status(context):
    assert_that(context.audit, holds(artifacts.status_survives))


@then("the list is the same")
def same_list(context):
    assert_that(context.audit, holds(artifacts.index_survives))


@then("every byte is the same")
def same_bytes(context):
    assert_that(context.audit, holds(artifacts.every_byte_survives))
