"""The last lines of a run, read as a newcomer: every scenario, why, the verdict, what to do next, the digest last."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from summary.bundles import HOSTILE, bundle

from ss_audit.report.terminal import closing_lines, quiet_lines
from ss_audit.report.told.account import Account, account_of
from ss_audit.run_reading import read_run

SELECTION = "Template selection is not hard-coded"
STATA = "Real Stata runner is evidenced"
DIGEST = "sha256:" + "12" * 32
VIEWS = ("summary.html written", "run-log.md written", "allure-report/index.html could not be made: no Node here")


def account(folder: Path, **more: Any) -> Account:
    return account_of(read_run(bundle(folder, **more)), DIGEST)


def test_expected_and_saw_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    lines = closing_lines(account(tmp_path, said={SELECTION: ("fail", "different templates", "always R01")}), "/runs/x", VIEWS)
    at = next(i for i, line in enumerate(lines) if SELECTION in line)
    assert lines[at].split() == ["FAIL", *SELECTION.split()]
    assert [line.split(maxsplit=1) for line in lines[at + 1 : at + 3]] == [
        ["expected", "different templates"],
        ["saw", "always R01"],
    ]


def test_verdict_then_next_then_paths_then_the_digest_last(tmp_path: Path) -> None:
    lines = closing_lines(account(tmp_path), "/runs/x", VIEWS)
    order = ["VERDICT: READY", "Next: let somebody else judge", "Evidence and reports: /runs/x", "Digest of the evidence"]
    places = [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in order]
    assert places == sorted(places)
    assert lines[-1].endswith(DIGEST)
    assert f"  ss-audit verify /runs/x/bundle --digest {DIGEST}" in lines
    assert "  summary.html" in lines
    assert "  allure-report/index.html could not be made: no Node here" in lines


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"said": {SELECTION: ("fail", "a", "b")}}, "which way a fix lies"),
        ({"said": {STATA: ("not_evidenced", "a", "b")}}, "what was missing"),
        ({"said": {STATA: ("error", "a", "b")}}, "remove the cause"),
        ({"not_run": (STATA,), "partial": "it was interrupted", "blame": "operator"}, "run the whole audit"),
        ({"partial": "behave broke", "blame": "audit"}, "tell the maintainers"),
    ],
    ids=["fail", "not evidenced", "environment", "operator", "audit"],
)
def test_what_to_do_next_fits_the_end(tmp_path: Path, more: dict[str, Any], says: str) -> None:
    (line,) = (line for line in closing_lines(account(tmp_path, **more), "/runs/x", ()) if line.startswith("Next: "))
    assert says in line


def test_one_reason_for_many_is_told_once(tmp_path: Path) -> None:
    said = dict.fromkeys((SELECTION, STATA), ("error", "to see", "SS never answered"))
    lines = closing_lines(account(tmp_path, said=said), "/runs/x", ())
    assert sum(line.strip() == "saw       SS never answered" for line in lines) == 1
    assert sum(line.strip() == f"for the same reason as “{STATA}”" for line in lines) == 1


def test_nothing_of_ss_steers_the_terminal(tmp_path: Path) -> None:
    text = "\n".join(closing_lines(account(tmp_path, said={SELECTION: ("fail", HOSTILE, HOSTILE)}), "/runs/x", ()))
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_rehearsal_says_how_it_went_even_when_quiet(tmp_path: Path) -> None:
    """NOT READY alone would look like a defect, and it is what a good rehearsal ends with."""
    well = replace(account(tmp_path), word="NOT READY", rehearsed={"as_expected": True, "deviations": []})
    assert quiet_lines(well, "/x")[0] == "VERDICT: NOT READY (a rehearsal: it went exactly as it must)"
    ill = replace(well, rehearsed={"as_expected": False, "deviations": ["x"]})
    assert quiet_lines(ill, "/x")[0] == "VERDICT: NOT READY (a rehearsal: it did not go as it must)"


def test_a_path_with_a_blank_can_be_pasted(tmp_path: Path) -> None:
    assert any("verify '/a b/x/bundle' --digest" in line for line in closing_lines(account(tmp_path), "/a b/x", VIEWS))


def test_whoever_asked_for_quiet_gets_verdict_folder_and_digest(tmp_path: Path) -> None:
    lines = quiet_lines(account(tmp_path, partial="it was interrupted", blame="operator"), "/runs/x")
    assert lines == [
        "VERDICT: INCONCLUSIVE (blame: operator)",
        "Evidence and reports: /runs/x",
        f"Digest of the evidence: {DIGEST}",
    ]
