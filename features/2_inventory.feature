Feature: Production chains are explicitly inventoried (wired vs present)
  Code that lies in a repository is not yet a service. Before SS goes to production, people must know
  which doors are open, which of them nobody published, and whether the reviewed analysis templates are
  the ones that run.

  @must @inventory
  Scenario: Inventory includes versioned and unversioned surfaces
    Every door of SS is listed, with the place where it is built and with a knock at it.
    If this fails, something may be reachable in production that nobody knows about.

    Given an inventory of everything that SS answers to
    Then a path that cannot exist is refused
    And the versioned routes are listed, with where they are defined and whether they are reached
    And the routes outside the versioned API are listed by themselves
    And every route is known to be connected or disconnected

  @must @library
  Scenario: Do-template library chain is classified as wired or not
    Each template of a copy of the library carries a mark that only Stata can compute.
    If this fails, nobody knows whether the templates that were reviewed are the ones that run.

    Given a job on a copy of the template library with a mark in every template
    Then it is stated, with evidence, whether the templates of the library are executed
    And the link at which the trail ends is named
