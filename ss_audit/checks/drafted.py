"""Whose words a draft is made of: those that the model answered, or somebody else's.

Words are compared in runs, whatever the case and the signs between them. What the question or the prompt says already is
no word of the model's.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ss_audit.checks.model_answers import Answer
from ss_audit.evidence.seen import Question
from ss_audit.ss import facts
from ss_audit.ss.plans import is_sentence

SIGNS = "\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{SIGNS}]|[^\W{SIGNS}]+")
RUN_OF_WORDS, RUN_OF_SIGNS = 4, 8
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
TEXT = ("draft_text", "text", "draft", "summary", "narrative", "plan_text")
BESIDES = re.compile(
    r"reason|rational|why|justif|expla|think|note|comment|hint|remark|warn|question|unknown|purpose|step", re.I
)
"""Members that say why, or something about the draft: an SS may show them, or leave them out."""
OF_SS = re.compile(rf"{BESIDES.pattern}|template|select|candidate|option|sample|column|requirement|message|error", re.I)


class Words(NamedTuple):
    """A text, and those runs of its words that nobody said before."""

    text: str
    runs: tuple[str, ...]


def models_words(answer: Answer, question: Question) -> tuple[Words, ...]:
    """The sentences of an answer that could stand in a draft."""
    value = _read(answer.text)
    texts = [item for place, _, item in facts.walk(value) if isinstance(item, str) and not BESIDES.search(place)]
    return _new(texts, (question.text, question.goal, answer.prompt))


def drafts_words(draft: Any, question: Question) -> tuple[Words, ...]:
    """The sentences of a draft: under the name of its text, or about the variables of the question."""
    names = {facts.plain(name) for name in TEXT}
    few = min(2, len(question.variables))
    texts = [
        item
        for place, key, item in facts.walk(draft)
        if isinstance(item, str)
        and not OF_SS.search(place)
        and (facts.plain(key) in names or len(facts.names_in(item, question.variables)) >= few)
    ]
    return _new(texts, (question.text, question.goal))


def said_again(words: Iterable[Words], texts: Iterable[str]) -> str | None:
    """The first run of these words that stands in one of the texts."""
    there = [_padded(text) for text in texts]
    return next((run.strip() for one in words for run in one.runs if any(run in text for text in there)), None)


def is_answered(words: Words, answers: Iterable[Answer]) -> bool:
    """Whether a run of these words stands anywhere in an answer, reasons included, and was not in its prompt before."""
    return any(said_again([_unprompted(words, answer)], texts_of(answer)) for answer in answers)


def texts_of(answer: Answer) -> tuple[str, ...]:
    """Every text in an answer of the model's."""
    return facts.strings(_read(answer.text))


def _unprompted(words: Words, answer: Answer) -> Words:
    prompt = _padded(answer.prompt)
    return words._replace(runs=tuple(run for run in words.runs if run not in prompt))


def _new(texts: Iterable[str], known: Iterable[str]) -> tuple[Words, ...]:
    before = [_padded(text) for text in known]
    found = [
        Words(text, tuple(r for r in _runs(text) if not any(r in b for b in before))) for text in texts if is_sentence(text)
    ]
    return tuple(words for words in found if words.runs)


def _runs(text: str) -> list[str]:
    words = _words(text)
    length = min(len(words), RUN_OF_SIGNS if re.search(f"[{SIGNS}]", text) else RUN_OF_WORDS)
    return [f" {' '.join(words[start : start + length])} " for start in range(len(words) - length + 1)]


def _padded(text: str) -> str:
    return f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _read(answer: str) -> Any:
    """The JSON value in an answer, whatever stands around it, else its text."""
    for part in (answer, answer[answer.find("{") : answer.rfind("}") + 1]):
        try:
            return json.loads(part)
        except (ValueError, RecursionError):
            continue
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), answer)
