"""Every command of every card, executed as written, ends as its card says."""

from collections.abc import Mapping

import pytest

from .conftest import CarriedOut
from .executing import CARDS

pytestmark = [pytest.mark.once, pytest.mark.timeout(1500)]  # the first test waits for every command of every card
MISSING = ("/path/to/SS is no folder", "SS_STATA_CMD is not set", "SS_LLM_PROVIDER is not set", "SS_LLM_API_KEY is not set")
ENDS = {
    "make audit": 0,
    "ss-audit doctor": 2,
    "ss-audit run": 2,
    "ss-audit verify": 0,
    "ss-audit report": 0,
    "ss-audit trace": 0,
    "ss-audit faults": 0,
    "behave -n": 2,
}
"""On a machine without licence and key."""


def _expected(command: str) -> int:
    return next(code for start, code in ENDS.items() if command.startswith(start))


@pytest.mark.parametrize("card", CARDS)
def test_each_command_ends_as_its_card_says(bare: Mapping[str, CarriedOut], card: str) -> None:
    executed = bare[card].executed
    assert len(executed) == len(CARDS[card].commands) > 0
    wrong = [
        f"{done.command} ended with {done.code}:\n{done.said[-3000:]}"
        for done in executed
        if done.code != _expected(done.command)
    ]
    assert wrong == []
    assert not any("Traceback" in done.said for done in executed)


@pytest.mark.parametrize("start", ["ss-audit doctor", "ss-audit run"])
def test_what_production_lacks_is_listed_before_anything_is_started(bare: Mapping[str, CarriedOut], start: str) -> None:
    done, _ = bare["production-e2e.md"].of(start)
    for lacking in MISSING if start == "ss-audit run" else ("SS_STATA_CMD", "SS_LLM_API_KEY"):
        assert lacking in done.said
    assert "SS is up" not in done.said


def test_with_stand_ins_in_their_place_the_production_run_is_carried_out(stood_in: CarriedOut) -> None:
    done, run = stood_in.of("ss-audit run")
    assert done.code == 1, done.said[-3000:]
    assert "SS is up at" in done.said
    assert "VERDICT: NOT READY" in done.said, "stand-ins that were slipped in are refuted"
    assert run is not None
    verified, _ = stood_in.of("ss-audit verify")
    assert verified.code == 0, verified.said
