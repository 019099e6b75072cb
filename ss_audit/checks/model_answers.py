"""What the model answered for one job, and which template it chose there."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from ss_audit.evidence.seen import Journey
from ss_audit.ss import facts

FENCED = re.compile(r"^\s*```[a-z]*\s*\n(.*?)\n?\s*```\s*$", re.S)


class Answer(NamedTuple):
    """What the model answered: the text, the id of the entry that holds it, and what it was asked."""

    text: str
    evidence: str
    prompt: str


def model_answers(journey: Journey) -> tuple[Answer, ...]:
    """What the model answered for this job: the relay's record, and where no answer in it chose a template, SS's own
    artifacts beside it, since they are all there is where no relay of ours stands."""
    relayed = relayed_answers(journey)
    return relayed if any(_choice(answer.text) for answer in relayed) else (*relayed, *kept_answers(journey))


def relayed_answers(journey: Journey) -> tuple[Answer, ...]:
    """What our relay saw."""
    return tuple(Answer(call.answer, call.id, call.prompt or "") for call in journey.llm_calls if call.answer)


def kept_answers(journey: Journey) -> tuple[Answer, ...]:
    """What SS kept among the artifacts of the job."""
    texts = {a.rel_path: a.body.text or "" for a in journey.artifacts if "llm" in a.rel_path}
    return tuple(
        Answer(a.body.text, a.id, texts.get(a.rel_path.replace("response", "prompt"), ""))
        for a in journey.artifacts
        if "llm" in a.rel_path and "response" in a.rel_path and a.body.text
    )


def templates_named(journeys: Iterable[Journey]) -> frozenset[str]:
    """Every template that an answer of the model to one of these jobs names as its choice."""
    named = (_choice(answer.text) for journey in journeys for answer in model_answers(journey))
    return frozenset(template for template in named if template)


def templates_chosen(journey: Journey, known: Collection[str]) -> tuple[str, ...]:
    """The templates that the model's answers choose, each once; one that an answer merely mentions is not among them.

    Only who is offered several chooses: what an answer repeats of a prompt that settled on one template is no choice. Where
    no prompt tells what it offers, the first answer that names a template counts. `known` are templates of the library.
    """
    named = [(template, answer.prompt) for answer in model_answers(journey) if (template := _choice(answer.text))]
    offered = [template for template, prompt in named if sum(facts.stands_in(one, prompt) for one in known) > 1]
    return tuple(dict.fromkeys(offered or [template for template, _ in named[:1]]))


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
