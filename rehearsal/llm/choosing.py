"""Which of the offered templates, or families of templates, serves a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rehearsal.llm.purposes import Purpose, nearest_to, purposes_in
from rehearsal.llm.question import Offer

Fit = Literal["full", "partial", "near", "none"]

# Upstream SS asks the user below 0.6 and puts its own choice in place of ours below 0.3: a poor fit says that it is one,
# and still stands.
CONFIDENCE: dict[Fit, float] = {"full": 0.92, "partial": 0.74, "near": 0.45, "none": 0.35}
# Everybody describes their data: the word alone says less about a question than what else it names.
_WEAK = frozenset({Purpose.SUMMARY, Purpose.OVERVIEW})


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer with what it serves of the wanted purposes and how well it fits."""

    offer: Offer
    fit: Fit
    serves: frozenset[Purpose]


def ranked(offers: Sequence[Offer], wanted: frozenset[Purpose], requirement: str) -> list[Choice]:
    """All offers as choices, the best first.

    An offer that serves more of what is wanted, and less besides, is better, and what its name says counts before what its
    description adds; then one that serves more of what comes near to it; then one that shares words with the requirement,
    and doesn't ask for groups of which it doesn't speak; then the one offered first.
    """
    near = nearest_to(wanted)
    words, grouped = _words(requirement), _grouped(requirement)

    def goodness(choice: Choice) -> tuple[int, int, int]:
        offer = choice.offer
        shared = len(words & _words(f"{offer.name} {offer.text}"))
        if _grouped(offer.name) and not grouped:
            shared = -1
        if choice.fit in ("full", "partial"):
            profile = _profile(offer)
            served = sum(2 if purpose in _WEAK else 3 for purpose in choice.serves & profile)
            return (served - len(wanted - profile) - len(profile - wanted) if served else -100, 0, shared)
        nearness = sum(len(near) - near.index(purpose) for purpose in _profile(offer) if purpose in near)
        return (-200, nearness, shared)

    return sorted((_judged(offer, wanted, near) for offer in offers), key=goodness, reverse=True)


def _judged(offer: Offer, wanted: frozenset[Purpose], near: Sequence[Purpose]) -> Choice:
    profile = _profile(offer)
    if wanted & profile:
        return Choice(offer, "full" if wanted <= profile else "partial", wanted & profile)
    if beside := wanted & purposes_in(offer.text):
        return Choice(offer, "partial", beside)
    return Choice(offer, "near" if profile & set(near) else "none", frozenset())


def _profile(offer: Offer) -> frozenset[Purpose]:
    """What an offer is for: by its name, or, where the name doesn't tell, by the rest."""
    return purposes_in(offer.name) or purposes_in(offer.text)


def _words(text: str) -> frozenset[str]:
    plain = re.sub(r"\bt[- ]tests?\b", "ttest", text.lower().replace("_", " "))
    return frozenset(re.findall(r"[a-z]{3,}", plain))


def _grouped(text: str) -> bool:
    return bool(re.search(r"group|\bby\b|组", text.lower().replace("_", " ")))
