"""The way of one job."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import journey, published
from ss_audit.evidence.seen import MainJourney, PublishedJourney
from ss_audit.matchers import came_through, holds


@given("a person's job, from its task code as far as SS let it come")
def a_job_as_far_as_it_came(context):
    context.audit.observe(MainJourney)


@given("a job that ran from a task code to its results")
def a_job_with_results(context):
    assert_that(context.audit.observe(MainJourney), came_through("finish"))


@given("a job whose plan is frozen")
def a_job_with_a_plan(context):
    assert_that(context.audit.observe(MainJourney), came_through("freeze"))


@then("the task code opens a job")
def task_code_opens_a_job(context):
    assert_that(context.audit, holds(journey.redeem_opens_a_job))


@then("the data file is taken")
def data_file_is_taken(context):
    assert_that(context.audit, holds(journey.upload_is_taken))


@then("the preview shows the columns of the data")
def preview_shows_the_columns(context):
    assert_that(context.audit, holds(journey.preview_shows_the_data))


@then("the draft is about the variables of the question")
def draft_is_about_the_question(context):
    assert_that(context.audit, holds(journey.draft_is_ready))


@then("the plan is frozen")
def plan_is_frozen(context):
    assert_that(context.audit, holds(journey.plan_is_frozen))


@then("the job is queued")
def job_is_queued(context):
    assert_that(context.audit, holds(journey.run_is_accepted))


@then("the job moves forward to a good end")
def job_succeeds(context):
    assert_that(context.audit, holds(journey.job_succeeds))


@then("the results are listed")
def results_are_listed(context):
    assert_that(context.audit, holds(journey.artifacts_are_listed))


@then("a result can be downloaded")
def result_can_be_downloaded(context):
    assert_that(context.audit, holds(journey.an_artifact_arrives))


@given("a job on a data set whose estimates are published")
def a_published_data_set(context):
    assert_that(context.audit.observe(PublishedJourney), came_through("finish"))


@then("the estimates are the published ones")
def estimates_are_published(context):
    assert_that(context.audit, holds(published.estimates_are_the_published_ones))
