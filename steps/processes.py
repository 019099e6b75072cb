"""The processes of SS."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import started
from ss_audit.evidence.seen import StackSeen, StackWatched
from ss_audit.matchers import holds


@given("an SS that was started for this audit")
def an_ss_that_was_started(context):
    context.audit.observe(StackSeen)


@then("its API and its worker run as two processes")
def two_processes(context):
    assert_that(context.audit, holds(started.api_and_worker_are_two_processes))


@then("the commands that started them are on record")
def commands_are_on_record(context):
    assert_that(context.audit, holds(started.start_commands_are_known))


@then("Stata was started by the worker, and not by the API")
def stata_was_started_by_the_worker(context):
    assert_that(context.audit, holds(started.the_worker_runs_stata))


@given("a watch over the processes of SS")
def a_watch(context):
    context.audit.observe(StackSeen)
    context.audit.observe(StackWatched)


@then("no process of SS ended unasked")
def nothing_died(context):
    assert_that(context.audit, holds(started.nothing_dies_unasked))
