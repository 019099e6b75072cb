"""Evidence that holds a secret through a fault of ours decides nothing, whatever was seen."""

import pytest

from ss_audit.account import Circumstances, judged
from ss_audit.results import trouble
from ss_audit.verdict import ScenarioOutcome
from verdict.test_decide import scenario

ABOUT = Circumstances(
    run_id="r", started_at="a", ended_at="b", profile="production", stack="checkout", seed=1, base_url=None, revision=None,
    stand_ins=(), stata="real", llm="real",
)  # fmt: skip


@pytest.mark.parametrize("outcome", ["pass", "fail", "not_evidenced", "error"])
def test_a_leak_comes_before_every_outcome(outcome: ScenarioOutcome) -> None:
    leaked = ("bundle/data/events.jsonl, at byte 3: token",)
    found = judged(ABOUT, [scenario(outcome)], trouble(None, (), leaked), leaked)
    assert (found.word, found.blame, found.exit_code) == ("INCONCLUSIVE", "audit", 2)


def test_without_one_a_fail_comes_first() -> None:
    found = judged(ABOUT, [scenario("fail")], trouble(None, ("a page differs",), ()), ())
    assert (found.word, found.exit_code) == ("NOT READY", 1)
