"""What a person answers when SS asks: pure functions from what SS asked to what is sent back."""

import re
from typing import Any

from pydantic import Field

from ss_audit.evidence.model import Fact
from ss_audit.evidence.seen import Question
from ss_audit.ss import facts

ROLE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("group", ("group", "by", "arm", "groupvar")),
    ("time", ("time", "year", "period", "date")),
    ("unit", ("id", "unit", "entity", "panel", "individual")),
    ("regressors", ("indep", "indepvars", "independent", "regressors", "controls", "covariates", "xvars")),
    ("treatment", ("treatment", "treat", "exposure", "x")),
    ("outcome", ("outcome", "dep", "depvar", "dependent", "y", "testvar", "var")),
    ("variables", ("numeric", "vars", "variables")),
)


class Supply(Fact):
    """What is sent after a refusal: answers to questions, columns for parameters, corrections of the draft."""

    answers: dict[str, Any] = Field(default_factory=dict)
    corrections: dict[str, str] = Field(default_factory=dict)
    patches: dict[str, Any] = Field(default_factory=dict)


def asked_questions(draft: Any) -> tuple[str, ...]:
    """The ids of the questions that a draft wants answered before its plan is frozen."""
    return tuple(name for name, _ in _questions(draft))


def answers_to(draft: Any, question: Question) -> dict[str, Any]:
    """An answer to each question of the draft: the option that fits what was asked for, else the first."""
    answers: dict[str, Any] = {}
    for name, values in _questions(draft):
        answers[name] = question.goal if question.goal in values or not values else values[0]
    return answers


def _questions(draft: Any) -> list[tuple[str, list[str]]]:
    """The questions that a draft asks, each with its id and the values of its options."""
    found = facts.find_node(draft, ("stage1_questions", "questions", "required_answers"))
    rows = [row for row in found.value if isinstance(row, dict)] if found and isinstance(found.value, list) else []
    asked = [
        (facts.text_of(facts.find(row, ("question_id", "id"))), facts.find_node(row, ("options", "choices"))) for row in rows
    ]
    return [(name, _values(options.value if options else [])) for name, options in asked if name]


def _values(options: Any) -> list[str]:
    rows = options if isinstance(options, list) else []
    found = [facts.find(o, ("value", "option_id", "id")) if isinstance(o, dict) else None for o in rows]
    return [str(value.value) for value in found if value]


def column_for(parameter: str, question: Question) -> str | None:
    """The column that a person would give for a template parameter or a field of the draft, by its name."""
    words = [word for word in re.split(r"[^a-z]+", parameter.lower()) if word]
    for role, names in ROLE_WORDS:
        if any(word in names or word.removesuffix("var") in names for word in words):
            match role:
                case "group":
                    return question.group
                case "time":
                    return question.time
                case "unit":
                    return question.unit
                case "treatment":
                    return question.treatment
                case "outcome":
                    return question.outcome
                case "regressors":
                    return " ".join(v for v in (question.treatment, *question.controls) if v) or None
                case "variables":
                    return " ".join(question.variables)
    return None


def missing_named(refusal: Any) -> tuple[str, ...]:
    """The names that a refusal says are missing: texts in lists whose key speaks of missing things."""
    names: list[str] = []
    for place, key, value in facts.walk(refusal):
        if "missing" in key.lower() and isinstance(value, str) and place.endswith("]"):
            names.append(value)
    return tuple(dict.fromkeys(names))


def supply(refusal: Any, draft: Any, question: Question) -> Supply:
    """What a person would give after this refusal. Empty when it names nothing that a person could give."""
    answers: dict[str, Any] = {}
    corrections: dict[str, str] = {}
    patches: dict[str, Any] = {}
    all_answers = answers_to(draft, question)
    for name in missing_named(refusal):
        last = name.rpartition(".")[2]
        if last in all_answers:
            answers[last] = all_answers[last]
        elif name.startswith("open_unknowns.") and (column := column_for(last, question)):
            patches[last] = column
        elif column := column_for(name, question):
            corrections[name] = column
    return Supply(answers={**all_answers, **answers}, corrections=corrections, patches=patches)
