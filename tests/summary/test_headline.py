"""Who is blamed: what a stand-in did is never said of SS."""

from ss_audit.report.told.headline import headline
from ss_audit.report.told.scenarios import ScenarioTold
from ss_audit.report.what_was_audited import described


def said(outcome: str, *stand_ins: str) -> str:
    scenario = ScenarioTold(id="x", name="X", requirement="R", rank="spec", outcome=outcome, reason="", checks=())
    return headline("NOT READY", [scenario], stand_ins, None, None, None)


def test_what_the_reference_ss_did_is_said_of_the_reference_ss() -> None:
    assert said("fail", "reference SS") == "The reference SS, which stands in for SS, broke the spec in 1 of 1 scenarios: “X”."
    assert said("not_evidenced", "reference SS").startswith(
        "Nothing shows that the reference SS, which stands in for SS, keeps"
    )


def test_what_a_real_ss_did_is_said_of_ss() -> None:
    assert said("fail", "rehearsal LLM") == "SS was seen to break the spec in 1 of 1 scenarios: “X”."
    assert said("not_evidenced", "rehearsal LLM").startswith("Nothing shows that SS keeps")


def test_what_was_audited_is_told_in_words() -> None:
    own = described("reference", None, None, ("reference SS", "rehearsal Stata", "rehearsal LLM"))
    assert (
        own
        == "this project's reference SS (stack reference), a stand-in, with further stand-ins: rehearsal Stata, rehearsal LLM"
    )
    assert described("reference", None, None, ("reference SS",)) == "this project's reference SS (stack reference), a stand-in"
    assert described("remote", "http://x", "abc", ("rehearsal LLM",)) == (
        "stack remote, at http://x, revision abc, with stand-ins: rehearsal LLM"
    )
    assert described("checkout", None, None, ()) == "stack checkout"
