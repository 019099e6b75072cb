"""The spec pack."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import spec_pack
from ss_audit.evidence.seen import SpecPackSeen
from ss_audit.matchers import holds


@given("the spec pack of the audit")
def spec_pack_of_the_audit(context):
    context.audit.observe(SpecPackSeen)


@then("it holds a spec that can be read, with its scenarios")
def holds_a_spec(context):
    assert_that(context.audit, holds(spec_pack.spec_is_readable))


@then("it holds task cards, each with a goal, commands and acceptance")
def holds_task_cards(context):
    assert_that(context.audit, holds(spec_pack.cards_are_complete))


@then("every command on a card exists, with its settings")
def commands_exist(context):
    assert_that(context.audit, holds(spec_pack.commands_can_be_executed))
