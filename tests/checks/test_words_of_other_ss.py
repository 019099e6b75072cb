"""The words by which an SS of another shape may say the same: each is known, so a break in it is seen under that name too."""

import itertools
from typing import Any

import pytest

from checks.observations import answer_of, answering, artifact, artifacts, exchange, main_journey, status
from checks.test_artifacts import TABLE, indexed, row_of, trial
from ss_audit.checks import artifacts as artifact_checks
from ss_audit.checks import journey
from ss_audit.checks.judgement import Check
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import MainJourney

GOOD = main_journey()
WAY = (
    ("created", "new", "draft", "draft_ready", "confirmed", "frozen", "ready"),
    ("queued", "scheduled", "submitted", "accepted", "waiting"),
    ("running", "started", "in_progress", "processing", "executing"),
    ("succeeded", "completed"),
)
BACK = [(later, earlier) for before, after in itertools.pairwise(WAY) for later in after for earlier in before]
OTHER = "ab" * 32


def outcome(check: Check, seen: Any) -> str:
    return check.judge(seen).outcome


@pytest.mark.parametrize(("later", "earlier"), BACK)
def test_a_status_that_goes_back_is_seen(later: str, earlier: str) -> None:
    went = GOOD.model_copy(update={"polls": (status(later), status(earlier), status("succeeded"))})
    assert outcome(journey.job_succeeds, went) == "fail"


@pytest.mark.parametrize(
    "name", ["outcome_var", "outcome", "outcome_variable", "dependent_var", "dependent_variable", "depvar"]
)
def test_another_outcome_is_seen(name: str) -> None:
    draft = exchange("draft preview", {name: "x_q2", "draft_text": "About y_q1 and x_q2 and z_q3."})
    assert outcome(journey.draft_is_ready, GOOD.model_copy(update={"drafts": (draft,)})) == "fail"


@pytest.mark.parametrize("name", ["sha256", "digest", "checksum"])
@pytest.mark.parametrize("said", [OTHER, f"sha256:{OTHER}", OTHER.upper()])
def test_another_digest_is_seen(name: str, said: str) -> None:
    assert outcome(artifact_checks.bytes_match_the_index, row_of(TABLE, **{"sha256": None, name: said})) == "fail"


@pytest.mark.parametrize("name", ["size", "size_bytes", "bytes"])
def test_another_size_is_seen(name: str) -> None:
    assert outcome(artifact_checks.bytes_match_the_index, row_of(TABLE, **{"size": None, name: 1})) == "fail"


@pytest.mark.parametrize("name", ["sha256", "digest", "checksum", "size", "size_bytes", "bytes"])
def test_an_index_that_tells_otherwise_after_the_restart_is_another(name: str) -> None:
    def listing(value: object) -> Exchange:
        rows = [{"rel_path": TABLE, name: value}, {"rel_path": "runs/r1/artifacts/stata.log", name: "7"}]
        return exchange("artifact index", {"artifacts": rows})

    assert outcome(artifact_checks.index_survives, trial(index_before=listing("1"), index_after=listing("1"))) == "pass"
    assert outcome(artifact_checks.index_survives, trial(index_before=listing("1"), index_after=listing("2"))) == "fail"


@pytest.mark.parametrize("start", ["<!doctype html>", "<HTML>", "\ufeff\n <html lang='en'>"])
def test_a_web_page_in_the_place_of_a_file_is_seen(start: str) -> None:
    changed = artifacts(GOOD, {"table.csv": f"{start}<p>not found"})
    assert outcome(artifact_checks.bytes_match_the_index, changed) == "fail"


@pytest.mark.parametrize("name", ["report.html", "report.HTM"])
def test_a_web_page_that_is_called_one_is_none(name: str) -> None:
    changed = artifacts(GOOD, {f"runs/r1/artifacts/outputs/{name}": "<html><p>results"})
    assert outcome(artifact_checks.bytes_match_the_index, changed) == "pass"


def test_json_may_say_nothing() -> None:
    assert outcome(artifact_checks.bytes_match_the_index, artifacts(GOOD, {"runs/r1/artifacts/none.json": "null\n"})) == "pass"


def test_two_files_may_be_the_same_and_three_may_not() -> None:
    paths = ("runs/r1/artifacts/outputs/table.csv", "runs/r1/artifacts/outputs/result.log", "runs/r1/artifacts/stata.log")
    for count, expected in ((2, "pass"), (3, "fail")):
        stored = tuple(artifact(path, "a,b\n1,2\n") for path in paths[:count])
        same = GOOD.model_copy(update={"artifacts": stored, "index": exchange("artifact index", {"artifacts": list(paths)})})
        assert outcome(artifact_checks.bytes_match_the_index, same) == expected


def test_declared_paths_count_by_their_file() -> None:
    """A contract may name a file with its folder; the index may list it elsewhere."""
    said = answer_of(GOOD.freezes[0])
    declared = said["plan"]["steps"][0]["params"]["template_contract"]["outputs_contract"]["declared"]
    declared[0]["file"] = "outputs/table.csv"

    def froze(files: dict[str, str | None]) -> MainJourney:
        changed = answering(GOOD.freezes[0], said)
        read = answering(GOOD.plan_read, said) if GOOD.plan_read else None
        return artifacts(GOOD, files).model_copy(update={"freezes": (changed,), "plan_read": read, "plan_read_later": read})

    assert outcome(artifact_checks.every_declared_output_is_listed, froze({})) == "pass"
    assert outcome(artifact_checks.every_declared_output_is_listed, froze({TABLE: None})) == "fail"
    assert outcome(artifact_checks.bytes_match_the_index, froze({TABLE: ""})) == "fail"


def test_a_long_list_is_cut_in_words() -> None:
    rows = [f"runs/r1/artifacts/{n}.csv" for n in range(5)]
    lost = trial(
        index_before=exchange("artifact index", {"artifacts": rows}),
        index_after=exchange("artifact index", {"artifacts": rows[:1]}),
    )
    saw = artifact_checks.index_survives.judge(lost).saw
    assert "1.csv, runs/r1/artifacts/2.csv, runs/r1/artifacts/3.csv and 1 more" in saw
    three = trial(
        index_before=exchange("artifact index", {"artifacts": rows[:4]}),
        index_after=exchange("artifact index", {"artifacts": rows[:1]}),
    )
    assert "more" not in artifact_checks.index_survives.judge(three).saw


def test_rows_without_anything_but_a_path_are_compared_too() -> None:
    assert (
        outcome(artifact_checks.bytes_match_the_index, indexed(lambda rows: {"artifacts": [r["rel_path"] for r in rows]}))
        == "pass"
    )
