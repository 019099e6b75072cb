"""What the model answered for one job, and which template it chose there."""

import json
import re
from typing import Any

from ss_audit.evidence.seen import Journey
from ss_audit.ss import facts

FENCED = re.compile(r"^\s*```[a-z]*\s*\n(.*?)\n?\s*```\s*$", re.S)


def model_answers(journey: Journey) -> tuple[tuple[str, str], ...]:
    """What the model answered for this job, as (text, evidence id): the relay's record, and where no answer in it chose a
    template, SS's own artifacts beside it: a call whose prompt lacks the person's words is not told apart by the relay."""
    relayed = tuple((call.answer, call.id) for call in journey.llm_calls if call.answer)
    if any(_choice(text) for text, _ in relayed):
        return relayed
    kept = tuple(
        (a.body.text, a.id) for a in journey.artifacts if "llm" in a.rel_path and "response" in a.rel_path and a.body.text
    )
    return (*relayed, *kept)


def templates_chosen(journey: Journey) -> tuple[str, ...]:
    """The templates that the model's answers choose, each once; one that an answer merely mentions is not among them."""
    chosen = (_choice(text) for text, _ in model_answers(journey))
    return tuple(dict.fromkeys(template for template in chosen if template))


def comes_from(sentence: str, answer: str) -> bool:
    """Whether the sentence stands in the answer, as it is or as a text in its JSON."""
    return bool(sentence) and (sentence in answer or any(sentence in text for text in facts.strings(_parsed(answer))))


def _choice(answer: str) -> str | None:
    """The template under one of the usual names; what stands nearest to the top is the choice, the rest supplements."""
    found = facts.nearest(_parsed(answer), facts.TEMPLATE)
    return str(found.value) if found else None


def _parsed(answer: str) -> Any:
    fenced = FENCED.match(answer)
    try:
        return json.loads(fenced[1] if fenced else answer)
    except (ValueError, RecursionError):
        return None
