"""The routes and the template library."""

from behave import given, then
from hamcrest import assert_that

from ss_audit.checks import inventory, library
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.matchers import holds


@given("an inventory of everything that SS answers to")
def an_inventory(context):
    context.audit.observe(SurfacesSeen)


@then("a path that cannot exist is refused")
def impossible_path_is_refused(context):
    assert_that(context.audit, holds(inventory.a_path_that_cannot_exist_is_refused))


@then("the versioned routes are listed, with where they are defined and whether they are reached")
def versioned_routes(context):
    assert_that(context.audit, holds(inventory.versioned_routes_are_listed))


@then("the routes outside the versioned API are listed by themselves")
def unversioned_routes(context):
    assert_that(context.audit, holds(inventory.unversioned_routes_are_listed))


@then("every route is known to be connected or disconnected")
def every_route_has_a_class(context):
    assert_that(context.audit, holds(inventory.every_route_is_classified))


@given("a job on a copy of the template library with a mark in every template")
def a_marked_library(context):
    context.audit.observe(LibraryTrace)


@then("it is stated, with evidence, whether the templates of the library are executed")
def chain_is_classified(context):
    assert_that(context.audit, holds(library.chain_is_classified))


@then("the link at which the trail ends is named")
def boundary_is_named(context):
    assert_that(context.audit, holds(library.boundary_is_named))
