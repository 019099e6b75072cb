"""Which template is chosen, and why: different questions, different templates, never one that wasn't offered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.llm.answering import answer
from rehearsal.llm.reading import read

from .prompts import LIBRARY, UPSTREAM_FAMILIES, reference_template, upstream_families, upstream_plan, upstream_template

Y, X, Z, G = "y_k3v9qz", "x_a7b2", "z_c9d8", "g_t5u6"
DESCRIBE = f"Describe {Y}, {X} and {Z}: summary statistics. [nonce q8Zk31]"
REGRESS = f"Estimate the effect of {X} on {Y}, controlling for {Z}."
ROBUST = f"Estimate the effect of {X} on {Y} with heteroskedasticity-robust standard errors."
COMPARE = f"Compare {Y} between the two groups of {G}."


def ask(prompt: str) -> dict[str, Any]:
    question = read(prompt)
    assert question is not None
    return answer(question)


@pytest.mark.parametrize(
    ("requirement", "template"),
    [
        (DESCRIBE, "R01"),
        (f"Summarise {Y} by {G}.", "R01"),
        (REGRESS, "R02"),
        (f"Regress {Y} on {X} without robust standard errors.", "R02"),
        (f"Describe {Y} and {X}, then regress {Y} on {X}.", "R02"),
        (ROBUST, "R03"),
        (f"Regress {Y} on {X}; the errors are heteroscedastic.", "R03"),
        (f"Regress {Y} on {X} with robust errors: the variance differs between observations.", "R03"),
        (COMPARE, "R04"),
        (f"{Y} by group {G}", "R04"),
    ],
)
def test_each_question_gets_its_reference_template(requirement: str, template: str) -> None:
    found = ask(reference_template(requirement))
    assert found["template_id"] == template
    assert found["confidence"] > 0.6
    assert list(found) == ["schema_version", "template_id", "reason", "confidence"]


def test_a_variance_that_differs_is_no_comparison_of_groups() -> None:
    reason = ask(reference_template(f"Regress {Y} on {X} with robust errors: the variance differs between observations."))[
        "reason"
    ]
    assert "group comparison" not in reason


def test_order_of_the_offers_and_opaque_names_do_not_decide() -> None:
    for requirement, template in ((DESCRIBE, "R01"), (REGRESS, "R02"), (ROBUST, "R03"), (COMPARE, "R04")):
        assert ask(reference_template(requirement, library=LIBRARY[::-1]))["template_id"] == template
    opaque = [
        {"template_id": "A", "name": "First", "use_when": "Two groups are to be compared."},
        {"template_id": "B", "name": "Second", "use_when": "Variables are to be described."},
    ]
    assert ask(reference_template(COMPARE, library=opaque))["template_id"] == "A"
    assert ask(reference_template(DESCRIBE, library=opaque))["template_id"] == "B"


def test_the_reason_names_question_variables_and_template() -> None:
    draft = {"outcome_var": Y, "treatment_var": X, "controls": [Z], "group_var": None}
    reason = ask(reference_template(REGRESS, draft))["reason"]
    assert REGRESS in reason
    assert f"regression of {Y}, {X}, {Z}" in reason
    assert "R02 (OLS regression)" in reason
    upstream = ask(upstream_template(DESCRIBE))["primary_reason"]
    assert f"descriptive statistics of {Y}, {X}, {Z}" in upstream


@pytest.mark.parametrize("gone", ["R01", "R02", "R03", "R04"])
def test_a_removed_template_is_replaced_and_the_answer_says_what_is_missing(gone: str) -> None:
    left = [item for item in LIBRARY if item["template_id"] != gone]
    requirement = dict(zip(("R01", "R02", "R03", "R04"), (DESCRIBE, REGRESS, ROBUST, COMPARE), strict=True))[gone]
    found = ask(reference_template(requirement, library=left))
    assert found["template_id"] in {item["template_id"] for item in left}
    if gone == "R03":
        assert "not the robust standard errors" in found["reason"]
    if gone in ("R01", "R04"):
        assert "nothing offered does that" in found["reason"]
        assert found["confidence"] < 0.6


@pytest.mark.parametrize(
    ("requirement", "family", "template"),
    [
        (DESCRIBE, "descriptive", "T07"),
        (f"Give an overview of {Y} and {X} with missing values.", "data_management", "T01"),
        (f"Correlation matrix of {Y} and {X}.", "descriptive", "T09"),
        (f"Assess the data quality of {Y} and {X}: outliers.", "data_management", "TA14"),
        (f"Check the panel structure of {Y}.", "panel", "T30"),
        (REGRESS, "data_management", "T01"),
        (f"描述统计 {Y} 和 {X}", "descriptive", "T07"),
    ],
)
def test_upstream_family_then_template(requirement: str, family: str, template: str) -> None:
    families = ask(upstream_families(requirement))
    assert set(families) == {
        "schema_version",
        "families",
        "requires_combination",
        "combination_reason",
        "analysis_sequence",
    }
    assert families["families"][0]["family_id"] == family
    assert all(set(item) == {"family_id", "reason", "confidence"} for item in families["families"])
    chosen = ask(upstream_template(requirement))
    assert chosen["primary_template_id"] == template
    assert set(chosen) == {
        "schema_version",
        "primary_template_id",
        "primary_reason",
        "primary_confidence",
        "supplementary_templates",
    }
    assert chosen["primary_confidence"] >= 0.3, "upstream would put its own choice in place of this one"


def test_upstream_template_removed_gives_another_that_is_offered() -> None:
    assert ask(upstream_template(DESCRIBE, offered=("T01", "T09", "TA14")))["primary_template_id"] == "T01"


def test_no_more_families_than_allowed() -> None:
    everything = "Describe, correlate, clean, merge and check the panel."
    assert len(ask(upstream_families(everything, most=1))["families"]) == 1
    assert len(ask(upstream_families(everything, most=3))["families"]) == 3


def test_first_schemas_are_answered_in_their_own_keys() -> None:
    families = ask(upstream_families(DESCRIBE, version=1))
    assert list(families) == ["schema_version", "families"]
    template = ask(upstream_template(DESCRIBE, version=1))
    assert list(template) == ["schema_version", "template_id", "reason", "confidence"]
    assert families["schema_version"] == template["schema_version"] == 1


def test_plan_uses_the_selected_template_and_only_the_allowed_keys() -> None:
    plan = ask(upstream_plan(DESCRIBE))
    assert set(plan) == {"schema_version", "steps"}
    assert plan["schema_version"] == 1
    (step,) = plan["steps"]
    assert set(step) == {"step_id", "type", "purpose", "depends_on", "fallback_step_id", "params"}
    assert (step["type"], step["params"]) == ("generate_stata_do", {"template_id": "T07"})
    two = ask(upstream_plan(DESCRIBE, selected=("T01", "T07")))["steps"]
    assert two[1]["depends_on"] == [two[0]["step_id"]]
    assert len(ask(upstream_plan(DESCRIBE, selected=("T01", "T07"), most=1))["steps"]) == 1


@given(st.text(), st.lists(st.sampled_from([item["template_id"] for item in LIBRARY]), min_size=1, unique=True))
def test_never_a_template_or_family_that_was_not_offered(requirement: str, offered: list[str]) -> None:
    library = [item for item in LIBRARY if item["template_id"] in offered]
    assert ask(reference_template(requirement, library=library))["template_id"] in offered
    picked = {item["family_id"] for item in ask(upstream_families(requirement))["families"]}
    assert picked
    assert picked <= {item["family_id"] for item in UPSTREAM_FAMILIES}


def test_among_templates_for_the_same_purpose_the_one_that_fits_the_wording() -> None:
    described = [
        {"template_id": "A", "name": "Summary by group", "use_when": ""},
        {"template_id": "B", "name": "Summary", "use_when": ""},
    ]
    assert ask(reference_template(f"Describe {Y}.", library=described))["template_id"] == "B"
    tested = [
        {"template_id": "C", "name": "ttest one sample", "use_when": ""},
        {"template_id": "D", "name": "ttest two sample", "use_when": ""},
    ]
    assert ask(reference_template(f"{COMPARE} Use a two-sample t test.", library=tested))["template_id"] == "D"


def test_nothing_to_choose_from_is_an_error() -> None:
    question = read(reference_template(DESCRIBE, library=[]))
    assert question is not None
    with pytest.raises(ValueError, match="no template is offered"):
        answer(question)
