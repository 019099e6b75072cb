"""What the audit asks, answers and uploads."""
# ruff: noqa: E501 - a table reads best with one case a line

import csv
import io
import random
from fractions import Fraction

import pytest

from ss_audit.ss import answers, published
from ss_audit.ss.dataset import UNITS, YEARS, generated
from ss_audit.ss.questions import KINDS, ask

DATA = generated(7)
OLS = ask("ols", DATA, random.Random(1))
COMPARE = ask("compare", DATA, random.Random(1))
DRAFT = {"stage1_questions": [
    {"question_id": "analysis_goal", "options": [{"value": "descriptive"}, {"value": "causal"}]},
    {"question_id": "colour", "options": [{"option_id": "red"}, {"option_id": "blue"}]},
    {"question_id": "why", "options": []}, {"text": "no id"}, "nothing",
]}  # fmt: skip


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert generated(7) == DATA
    assert generated(8).csv != DATA.csv
    assert set(generated(8).csv.splitlines()[0].split(",")) & set(DATA.csv.splitlines()[0].split(",")) == {"year"}


def test_the_data_are_a_balanced_panel_with_decimals_that_single_precision_cannot_hold() -> None:
    rows = list(csv.DictReader(io.StringIO(DATA.csv)))
    assert len(rows) == UNITS * YEARS
    assert {DATA.outcome, DATA.treatment, *DATA.controls, DATA.group, DATA.unit, DATA.time} == set(rows[0])
    assert len({(row[str(DATA.unit)], row["year"]) for row in rows}) == len(rows)
    assert {row[str(DATA.group)] for row in rows} == {"1", "2"}
    assert (
        sum(Fraction(row[DATA.outcome]).denominator & (Fraction(row[DATA.outcome]).denominator - 1) != 0 for row in rows) > 100
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_names_its_columns_and_a_nonce(kind: str) -> None:
    question = ask(kind, DATA, random.Random(1))
    assert question.nonce in question.text
    assert all(name in question.text for name in question.variables)
    assert ask(kind, DATA, random.Random(2)).nonce != question.nonce


def test_questions_of_several_regressors_name_them_all() -> None:
    question = ask("ols", published.LONGLEY, random.Random(1))
    assert all(name in question.text for name in question.variables)


def test_answers_fit_what_was_asked_for() -> None:
    assert answers.asked_questions(DRAFT) == ("analysis_goal", "colour", "why")
    assert answers.answers_to(DRAFT, OLS) == {"analysis_goal": "causal", "colour": "red", "why": "causal"}
    for nothing in (None, {}, [], {"stage1_questions": "x"}):
        assert answers.answers_to(nothing, OLS) == {}


@pytest.mark.parametrize(
    ("parameter", "column"),
    [
        ("__DEPVAR__", DATA.outcome),
        ("outcome_var", DATA.outcome),
        ("__INDEPVARS__", f"{DATA.treatment} {DATA.controls[0]}"),
        ("treatment_var", DATA.treatment),
        ("__NUMERIC_VARS__", f"{DATA.outcome} {DATA.treatment} {DATA.controls[0]}"),
        ("__ID_VAR__", DATA.unit),
        ("__TIME_VAR__", "year"),
        ("__GROUP_VAR__", None),
        ("__COLOUR__", None),
    ],
)
def test_the_column_for_a_parameter(parameter: str, column: str | None) -> None:
    assert answers.column_for(parameter, OLS) == column


def test_a_comparison_has_a_group_and_no_regressors() -> None:
    assert answers.column_for("__GROUP_VAR__", COMPARE) == DATA.group
    assert answers.column_for("__INDEPVARS__", COMPARE) is None


def test_questions_are_found_however_their_fields_are_written() -> None:
    asked = {"data": {"stage1Questions": [{"questionId": "analysis_goal", "choices": [{"optionId": "causal"}]}]}}
    assert answers.asked_questions(asked) == ("analysis_goal",)
    assert answers.answers_to(asked, OLS) == {"analysis_goal": "causal"}


def test_what_is_supplied_after_a_refusal() -> None:
    refusal = {"missing_fields": ["stage1_questions.analysis_goal", "open_unknowns.outcome_var"], "missing_params": ["__ID_VAR__", "__COLOUR__"],
               "candidates": ["x"], "message": "missing: everything"}  # fmt: skip
    given = answers.supply(refusal, DRAFT, OLS)
    assert given.answers["analysis_goal"] == "causal"
    assert (given.corrections, given.patches) == ({"__ID_VAR__": DATA.unit}, {"outcome_var": DATA.outcome})
    assert answers.missing_named(refusal) == (*refusal["missing_fields"], *refusal["missing_params"])
    assert answers.supply({}, {}, OLS) == answers.Supply()


def solved(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Gauss-Jordan elimination in exact arithmetic; the last column is the right-hand side."""
    for i in range(len(matrix)):
        pivot = next(j for j in range(i, len(matrix)) if matrix[j][i])
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        matrix[i] = [value / matrix[i][i] for value in matrix[i]]
        for j in range(len(matrix)):
            if j != i:
                factor = matrix[j][i]
                matrix[j] = [a - factor * b for a, b in zip(matrix[j], matrix[i], strict=True)]
    return [row[-1] for row in matrix]


def test_the_published_estimates_are_those_of_the_published_data() -> None:
    rows = list(csv.DictReader(io.StringIO(published.LONGLEY.csv)))
    names = ["_cons", str(published.LONGLEY.treatment), *published.LONGLEY.controls]
    x = [[Fraction(1) if name == "_cons" else Fraction(row[name]) for name in names] for row in rows]
    y = [Fraction(row["totemp"]) for row in rows]
    normal = [[sum(r[i] * r[j] for r in x) for j in range(len(names))] for i in range(len(names))]
    right = [sum(r[i] * v for r, v in zip(x, y, strict=True)) for i in range(len(names))]
    exact = dict(
        zip(names, solved([[*map(Fraction, a), Fraction(b)] for a, b in zip(normal, right, strict=True)]), strict=True)
    )
    assert exact.keys() == published.CERTIFIED.keys()
    for name, value in published.CERTIFIED.items():
        assert abs(float(exact[name]) - value) <= 1e-13 * abs(value)
