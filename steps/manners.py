"""What SS answers, as something that is taken into one's house."""

from behave import then
from hamcrest import assert_that

from ss_audit.checks import manners
from ss_audit.matchers import holds


@then("every answer of SS came whole")
def whole(context):
    assert_that(context.audit, holds(manners.every_answer_is_whole))


@then("no answer of SS sends people to another server")
def no_other_host(context):
    assert_that(context.audit, holds(manners.no_answer_leads_elsewhere))


@then("no result has a name that leads out of the folder in which it is put")
def names_stay(context):
    assert_that(context.audit, holds(manners.names_lead_nowhere_else))


@then("each result can be saved under its name on every system")
def names_fit(context):
    assert_that(context.audit, holds(manners.names_fit_every_system))


@then("the headers of SS's answers are of a usual size")
def usual_heads(context):
    assert_that(context.audit, holds(manners.heads_are_of_a_usual_size))


@then("no text in SS's answers steers the screen that shows it")
def no_control_characters(context):
    assert_that(context.audit, holds(manners.texts_hold_no_control_characters))
