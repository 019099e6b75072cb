"""Answers and packages that are missing."""

from behave import given, then, when
from hamcrest import all_of, assert_that

from ss_audit.checks import missing_package, missing_parameters
from ss_audit.evidence.seen import DeclaredPackage, MissingParameters, UndeclaredPackage
from ss_audit.matchers import came_through, holds


@given("a job whose draft is ready")
def a_job_with_a_draft(context):
    assert_that(context.audit.observe(MissingParameters).journey, came_through("draft"))


@when("the plan is frozen without the answers it needs")
def frozen_without_answers(context):
    context.audit.observe(MissingParameters)


@then("SS refuses, with a code that a program can recognise")
def refuses_with_a_code(context):
    assert_that(context.audit, holds(missing_parameters.refusal_has_a_code))


@then("SS names every answer that is missing")
def names_what_is_missing(context):
    assert_that(context.audit, holds(missing_parameters.refusal_names_what_is_missing))


@when("the missing answers are given for the same job")
def answers_are_given(context):
    context.audit.observe(MissingParameters)


@then("the plan of that job is frozen")
def plan_of_that_job_is_frozen(context):
    assert_that(context.audit, holds(missing_parameters.correction_is_accepted))


@given("a job whose template declares a package that is absent from Stata")
def a_declared_absence(context):
    context.audit.observe(DeclaredPackage)


@then("the plan of that job lists the package")
def plan_lists_the_package(context):
    assert_that(context.audit, holds(missing_package.the_plan_lists_the_declared_package))


@then("that job fails, naming the declared package")
def fails_naming_the_declared_package(context):
    failed = holds(missing_package.a_declared_absence_fails_the_job)
    assert_that(context.audit, all_of(failed, holds(missing_package.a_declared_absence_is_named)))


@then("that job succeeds once the declared package is installed")
def recovers_with_the_declared_package(context):
    assert_that(context.audit, holds(missing_package.a_declared_absence_is_recoverable))


@then("that job keeps what its failure left behind")
def keeps_the_failure(context):
    assert_that(context.audit, holds(missing_package.the_retry_keeps_the_failure))


@given("a job whose template uses an absent package without declaring it")
def an_undeclared_absence(context):
    context.audit.observe(UndeclaredPackage)


@then("that job fails, naming the unknown command")
def fails_naming_the_unknown_command(context):
    failed = holds(missing_package.an_undeclared_absence_fails_the_job)
    assert_that(context.audit, all_of(failed, holds(missing_package.an_undeclared_absence_is_named)))


@then("that job succeeds once the unknown command is installed")
def recovers_with_the_unknown_command(context):
    assert_that(context.audit, holds(missing_package.an_undeclared_absence_is_recoverable))
