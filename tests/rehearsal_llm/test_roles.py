"""Which column plays which part: what the draft of an analysis rests on."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.llm.answering import answer
from rehearsal.llm.reading import read

from .prompts import COLUMNS, reference_draft, upstream_draft

Y, X, Z, W, G = "y_k3v9qz", "x_a7b2", "z_c9d8", "w_p0s1", "g_t5u6"


def draft(requirement: str, **more: Any) -> dict[str, Any]:
    question = read(reference_draft(requirement, **more))
    assert question is not None
    return answer(question)


@pytest.mark.parametrize(
    ("requirement", "outcome", "treatment", "controls"),
    [
        (f"Estimate the effect of {X} on {Y}, controlling for {Z} and {W}.", Y, X, [Z, W]),
        (f"What is the impact of {X} on {Y} when adjusting for {Z}?", Y, X, [Z]),
        (f"Regress {Y} on {X} and {Z}.", Y, X, [Z]),
        (f"Regress {Y} on {X}, {Z}, and {W} with robust standard errors.", Y, X, [Z, W]),
        (f"Run a linear regression of the log of {Y} on {X}.", Y, X, []),
        (f"How well do {X} and {Z} explain {Y}?", Y, X, [Z]),
        (f"Does {X} affect {Y}, holding {Z} constant?", Y, X, [Z]),
        (f"{Y} is explained by {X} and {Z}.", Y, X, [Z]),
        (f"Predict {Y} from {X} using OLS; controls: {Z}.", Y, X, [Z]),
        (f"What is the relationship between {Y} and {X}?", Y, X, []),
        (f"OLS with {X} as the treatment, {Y} as the outcome and {Z} as a control.", Y, X, [Z]),
        (f"Outcome: {Y}. Treatment: {X}. Controls: {Z}, {W}. Use least squares.", Y, X, [Z, W]),
        (f"Estimate the model {Y} = {X} + {Z} by OLS.", Y, X, [Z]),
        (f"Describe {Y}, {X} and {Z}.", Y, X, [Z]),
        (f"估计 {X} 对 {Y} 的影响,控制 {Z}", Y, X, [Z]),
    ],
)
def test_wording_gives_the_roles(requirement: str, outcome: str, treatment: str, controls: list[str]) -> None:
    found = draft(requirement)
    assert (found["outcome_var"], found["treatment_var"], found["controls"]) == (outcome, treatment, controls)
    assert found["group_var"] is None


@pytest.mark.parametrize(
    "requirement",
    [
        f"Compare {Y} between {G}.",
        f"Compare the mean of {Y} between the two groups of {G}.",
        f"Does {Y} differ between the groups of {G}?",
        f"Is there a difference in {Y} between {G} groups?",
        f"{Y} by group {G}",
        f"Test whether the mean of {Y} is the same in both groups of {G}.",
    ],
)
def test_comparison_names_outcome_and_group(requirement: str) -> None:
    found = draft(requirement)
    assert (found["outcome_var"], found["group_var"], found["treatment_var"]) == (Y, G, G)


@pytest.mark.parametrize(
    "requirement",
    [
        f"Estimate the effect of {X} on the outcome, controlling for {Z}.",
        f"Estimate the effect of {X} on the result controlling for {Z}",
        f"Run a regression on {X}.",
        f"Compare the two groups of {G}.",
        "Analyse this data set.",
        "Describe the data.",
        "Estimate the effect of training_zz9 on wages_zz9.",
        "",
    ],
)
def test_no_outcome_named_is_null(requirement: str) -> None:
    found = draft(requirement)
    assert found["outcome_var"] is None
    assert found["draft_text"]


def test_columns_are_matched_whole_longest_first_and_in_another_case_only_at_need() -> None:
    columns = ["GNP", "GNP.deflator", "Year", "Employed", "on"]
    found = draft("Regress Employed on GNP.deflator and GNP.", columns=columns)
    assert (found["outcome_var"], found["treatment_var"], found["controls"]) == ("Employed", "GNP.deflator", ["GNP"])
    assert draft("Regress EMPLOYED on year.", columns=columns)["treatment_var"] == "Year"
    assert draft("Regress Employed on year.", columns=columns)["treatment_var"] is None
    assert draft("Describe SIZE.", columns=["Size", "size"])["outcome_var"] is None
    assert draft("Describe \u017fize.", columns=["size"])["outcome_var"] is None
    assert draft("Describe y_10.", columns=["y_1", "y_10"])["outcome_var"] == "y_10"
    assert draft("Describe 收入 和 支出。", columns=["收入", "支出"])["treatment_var"] == "支出"
    assert draft("Regress `net sales` on 'ad spend'.", columns=["net sales", "ad spend"])["treatment_var"] == "ad spend"


def test_words_inside_column_names_say_nothing_about_the_analysis() -> None:
    columns = ["robust_1", "panel_2", "compare"]
    assert draft("Describe robust_1, panel_2 and compare.", columns=columns)["analysis_hints"] == ["descriptive_statistics"]


def test_a_text_column_in_a_regression_is_kept_and_pointed_out() -> None:
    found = draft(f"Regress {Y} on {X} and {Z}.", strings=[Z])
    assert found["controls"] == [Z]
    assert f"not numeric: {Z}" in found["analysis_hints"]


def test_upstream_draft_carries_panel_and_error_structure_in_its_own_keys() -> None:
    question = read(
        upstream_draft(
            f"Regress {Y} on {X} with firm_q1 and yr_q1 fixed effects, errors clustered by firm_q1, "
            f"{Z} as an instrument, firm_q1 as panel id and yr_q1 as time."
        )
    )
    assert question is not None
    found = answer(question)
    assert found["fixed_effects"] == ["firm_q1", "yr_q1"]
    assert (found["entity_var"], found["time_var"], found["cluster_var"], found["instrument_var"]) == (
        "firm_q1",
        "yr_q1",
        "firm_q1",
        Z,
    )
    assert "group_var" not in found


def test_upstream_has_no_group_so_the_group_is_the_treatment() -> None:
    question = read(upstream_draft(f"Compare {Y} between the groups of {G}."))
    assert question is not None
    assert answer(question)["treatment_var"] == G


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=4, max_size=8)


@given(st.lists(names, min_size=4, max_size=4, unique=True), names)
def test_random_names_and_a_nonce_change_nothing(tails: list[str], nonce: str) -> None:
    y, x, z, g = (f"{letter}_{tail}" for letter, tail in zip("yxzg", tails, strict=True))
    columns = [g, z, x, y]
    found = draft(f"[nonce {nonce}] Estimate the effect of {x} on {y}, controlling for {z}.", columns=columns)
    assert (found["outcome_var"], found["treatment_var"], found["controls"]) == (y, x, [z])
    found = draft(f"Compare {y} between the two groups of {g}. Audit reference: {nonce}.", columns=columns)
    assert (found["outcome_var"], found["group_var"]) == (y, g)


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_requirement_over_any_columns_is_answered_with_columns_only(requirement: str, columns: list[str]) -> None:
    found = draft(requirement, columns=columns)
    used = [found["outcome_var"], found["treatment_var"], found["group_var"], *found["controls"]]
    assert {name for name in used if name is not None} <= set(columns)
    json.dumps(found)


def test_every_column_of_the_examples_is_used_as_given() -> None:
    found = draft("Describe " + ", ".join(COLUMNS) + ".")
    assert [found["outcome_var"], found["treatment_var"], *found["controls"]] == COLUMNS


def test_a_column_is_found_by_the_header_from_which_it_got_its_name() -> None:
    columns = ["Region", "Total_sales", "Preis____", "Gr__e"]
    made = draft('Describe "Größe", "Preis (€)" and "Total sales".', columns=columns, strings=["Region"])
    assert (made["outcome_var"], made["treatment_var"], made["controls"]) == ("Gr__e", "Preis____", ["Total_sales"])
