"""The spec as given is understood whole, and what is not a spec is refused with its line."""

from pathlib import Path

import pytest

from ss_audit.project_files import read_spec
from ss_audit.spec import SpecError, clauses, parse_spec, serves

ROOT = Path(__file__).parents[2]
SPEC = """\
# Spec: small

## Purpose

Why it is there.

## Requirements

### Requirement: First one

It MUST do two things:
- the `first` thing
- the *second*
  thing

#### Scenario: It works
- **WHEN** something happens
- **AND** something else
- **THEN** it shows:
  - one part
  - another part
"""


def test_the_spec_as_given_is_read_whole() -> None:
    spec = read_spec(ROOT)
    assert len(spec.requirements) == 5
    assert len(spec.scenario_names) == 11
    assert spec.requirement_of("Real Stata runner is evidenced") == (
        "E2E audit uses real dependencies (no stub LLM, no fake runner)"
    )
    freeze = next(s for r in spec.requirements for s in r.scenarios if s.name.startswith("Plan freeze"))
    assert len(freeze.then) == 5
    assert freeze.then[-1].startswith("an artifacts contract")


def test_clauses_of_a_scenario_are_kept_apart() -> None:
    (scenario,) = parse_spec(SPEC).requirements[0].scenarios
    assert scenario.when == "something happens something else"
    assert scenario.then == ("it shows:", "one part", "another part")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("# Spec: small\n", "", 1, "starts with a title"),
        ("## Purpose", "## Porpoise", 1, "no “## Purpose”"),
        ("Why it is there.\n", "", 3, "says nothing"),
        ("### Requirement: First one", "### First one", 9, "Requirement: name"),
        ("MUST", "may", 9, "neither MUST nor SHALL"),
        ("#### Scenario: It works", "#### Scenarioo: It works", 16, "Scenario: name"),
        ("- **WHEN** something happens\n- **AND** something else\n", "", 16, r"has no \*\*WHEN\*\*"),
        ("- **WHEN** something happens\n", "", 17, "continues"),
        ("- **THEN** it shows:\n  - one part\n  - another part\n", "", 16, r"has no \*\*THEN\*\*"),
        ("#### Scenario", "##### Scenario", 16, "stands under no"),
        ("- **WHEN**", "Sometimes\n- **WHEN**", 17, "starts with neither"),
    ],
)
def test_a_malformed_spec_is_refused_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in SPEC
    with pytest.raises(SpecError, match=says) as refused:
        parse_spec(SPEC.replace(old, new, 1))
    assert refused.value.line == line


def test_two_scenarios_of_one_name_are_refused() -> None:
    twin = SPEC[SPEC.index("#### Scenario") :]
    with pytest.raises(SpecError, match="two scenarios") as refused:
        parse_spec(SPEC + "\n" + twin)
    assert refused.value.line == 23


def test_a_heading_in_a_code_block_is_text() -> None:
    spec = parse_spec(SPEC.replace("#### Scenario", "```\n### no heading\n```\n\n#### Scenario"))
    assert "### no heading" in spec.requirements[0].text


@pytest.mark.parametrize(
    "sentence",
    [
        "It MUST do two things: the first thing",
        "the **second** thing",
        "WHEN something happens",
        "it shows: one   part\nanother part",
    ],
)
def test_a_sentence_of_the_spec_serves(sentence: str) -> None:
    assert serves(parse_spec(SPEC), sentence)


@pytest.mark.parametrize(
    "sentence",
    ["", "second thing", "the third thing", "the first thin", "he first thing", "Why it is there", "IT MUST DO TWO THINGS"],
)
def test_what_the_spec_does_not_say_serves_nothing(sentence: str) -> None:
    assert not serves(parse_spec(SPEC), sentence)


def test_quotation_marks_of_either_shape_are_the_same() -> None:
    assert serves(read_spec(ROOT), "the job's artifacts include a Stata log (stata.log)")


def test_stars_that_belong_to_a_path_are_kept() -> None:
    assert serves(read_spec(ROOT), "versioned API chain: /v1/**")


def test_clauses_are_the_demands_without_the_lines_that_lead_to_them() -> None:
    assert clauses(parse_spec(SPEC).requirements[0]) == ("the first thing", "the second thing")
    journey = read_spec(ROOT).requirements[3]
    assert "job status is recoverable after restart" in clauses(journey)
    assert not any(clause.endswith(":") for clause in clauses(journey))
