"""The LLM provider."""

from behave import then
from hamcrest import assert_that

from ss_audit.checks import llm
from ss_audit.matchers import holds


@then("its artifacts hold metadata of model calls, each with the forced model")
def metadata_with_the_forced_model(context):
    assert_that(context.audit, holds(llm.models_are_the_forced_one))


@then("every call that SS recorded was seen on its way, with the same answer")
def recorded_calls_were_made(context):
    assert_that(context.audit, holds(llm.every_recorded_call_was_made))


@then("every call that was seen on its way is recorded by SS")
def made_calls_are_recorded(context):
    assert_that(context.audit, holds(llm.every_made_call_is_recorded))


@then("the person's own words reached the provider")
def question_reached_the_provider(context):
    assert_that(context.audit, holds(llm.the_question_reached_the_provider))


@then("what the draft says is what the model answered")
def draft_is_the_models(context):
    assert_that(context.audit, holds(llm.the_draft_is_the_models))


@then("the provider says itself that the forced model answered")
def provider_echoes_the_model(context):
    assert_that(context.audit, holds(llm.the_provider_echoes_the_model))


@then("the provider is a real one")
def provider_is_real(context):
    assert_that(context.audit, holds(llm.the_provider_is_real))


@then("the request and the answer of every call are kept")
def request_and_answer_are_kept(context):
    assert_that(context.audit, holds(llm.prompt_and_response_are_kept))


@then("the request that was kept holds the person's own words")
def kept_request_holds_the_words(context):
    assert_that(context.audit, holds(llm.the_prompt_holds_the_question))
