"""The Stata runner."""

from behave import then
from hamcrest import assert_that

from ss_audit.checks import started, stata
from ss_audit.matchers import holds


@then("a Stata log with content is among its artifacts")
def a_stata_log(context):
    assert_that(context.audit, holds(stata.artifacts_include_a_stata_log))


@then("the run metadata names the executed command and its exit code")
def run_metadata(context):
    assert_that(context.audit, holds(stata.metadata_has_command_and_exit_code))


@then("the log has the form of a Stata log whose run ended well")
def log_is_well_formed(context):
    assert_that(context.audit, holds(stata.the_log_is_well_formed))


@then("the log repeats the very do-file that SS stored")
def log_echoes_the_do_file(context):
    assert_that(context.audit, holds(stata.the_log_echoes_the_do_file))


@then("what the do-file logged for itself stands in that log")
def result_log_is_inside(context):
    assert_that(context.audit, holds(stata.the_result_log_is_inside))


@then("the numbers are those of the uploaded data, as Stata stores and prints them")
def numbers_are_right(context):
    assert_that(context.audit, holds(stata.the_numbers_are_right))


@then("the recorded command really ran, on that do-file, and wrote that log")
def command_really_ran(context):
    assert_that(context.audit, holds(stata.the_command_really_ran))


@then("the program that ran was a real Stata")
def runner_is_real(context):
    assert_that(context.audit, holds(stata.the_runner_is_real))


@then("a log line or the run metadata names the runner and its command")
def runner_is_named(context):
    assert_that(context.audit, holds(started.runner_and_command_are_identified))
