"""Facts under any name and at any depth, and nothing raises on strange input."""

from typing import Any

import pytest

from ss_audit.evidence.model import Body
from ss_audit.ss import facts


def body(text: str | None) -> Body:
    return Body(text=text)


STRANGE: list[Any] = [
    None,
    {},
    [],
    "",
    "text",
    0,
    3.5,
    True,
    [None],
    [[]],
    {"a": None},
    {"": {}},
    [{"path": 1}],
    {"artifacts": "x"},
]


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_nothing_is_found_in_nothing(value: Any) -> None:
    assert facts.job_id(value) is None
    assert facts.bearer_token(value) is None
    assert facts.job_status(value) is None
    assert facts.error_code(value) is None
    assert facts.find_node(value, ("plan",)) is None
    assert facts.error_objects(value) == ()
    assert facts.names_in(value, ["y"]) == ()


@pytest.mark.parametrize("text", [None, "", "<html>", "{", "[" * 100_000, "nan?"])
def test_what_is_no_json_is_none(text: str | None) -> None:
    assert facts.parsed(body(text)) is None


def test_names_of_other_styles_are_the_same() -> None:
    for name in ("job_id", "jobId", "JOB-ID", "Job Id"):
        assert facts.text_of(facts.job_id({name: "j1"})) == "j1"


def test_a_fact_says_where_it_stood() -> None:
    found = facts.find({"plan": {"steps": [{"params": {"template_id": "R02"}}]}}, ("template_id",))
    assert found == facts.Found(value="R02", where="plan.steps[0].params.template_id")


def test_earlier_names_win_over_later_ones_and_shallow_over_deep() -> None:
    assert facts.text_of(facts.find({"id": "outer", "x": {"job_id": "inner"}}, facts.JOB_ID)) == "inner"
    assert facts.text_of(facts.find({"x": {"job_id": "deep"}, "job_id": "top"}, facts.JOB_ID)) == "top"


def test_the_jobs_own_status_stands_nearest_to_the_top() -> None:
    assert facts.job_status({"state": "Queued ", "latest_run": {"status": "running"}}) == "queued"
    assert facts.job_status({"data": {"status": "failed"}}) == "failed"


@pytest.mark.parametrize("word", ["succeeded", "failed", "completed", "cancelled", "timed_out"])
def test_terminal(word: str) -> None:
    assert facts.is_terminal(word)


@pytest.mark.parametrize("word", [None, "queued", "running", "draft_ready", "nearly done"])
def test_not_terminal(word: str | None) -> None:
    assert not facts.is_terminal(word)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"error_code": "A_B"}, "A_B"),
        ({"error": "PLAN_MISSING"}, "PLAN_MISSING"),
        ({"error": {"code": "X1.y-z", "message": "m"}}, "X1.y-z"),
        ({"errors": [{"event_code": "EVT"}]}, "EVT"),
        ({"detail": {"errorCode": "CODE"}}, "CODE"),
        ({"type": "urn:ss:missing"}, "urn:ss:missing"),
        ({"type": "about:blank", "title": "Bad Request"}, None),
        ({"error": "something is missing"}, None),
        ({"code": 400}, None),
        ({"code": "400"}, None),
        ({"message": "m", "next_actions": [{"type": "form"}]}, None),
        ({"plan": {"code": "X_Y"}}, None),
        ({"error_code": ""}, None),
    ],
)
def test_error_codes(answer: Any, code: str | None) -> None:
    assert facts.text_of(facts.error_code(answer)) == code


@pytest.mark.parametrize(
    ("answer", "paths"),
    [
        ({"artifacts": [{"rel_path": "a"}, {"path": "b"}]}, ["a", "b"]),
        ([{"rel_path": "a"}], ["a"]),
        ({"files": [{"relPath": "a", "Kind": "log"}]}, ["a"]),
        ({"data": {"items": [{"artifact_id": "a"}]}}, ["a"]),
        ({"links": [{"name": "self"}], "files": [{"path": "a"}]}, ["a"]),
        ({"artifacts": [], "links": [{"name": "self"}]}, []),
        ({"artifacts": {"a.log": {"size": 1}}}, ["a.log"]),
        ({"artifacts": ["a", "b"]}, ["a", "b"]),
        ({"artifacts": {"x": [{"path": "a"}], "y": [{"path": "b"}]}}, ["a", "b"]),
        ({"whatever": [{"path": "a"}]}, ["a"]),
        ({"artifacts": [{"size": 1}]}, []),
        ({"message": "none", "tags": ["a"]}, []),
        ("<html>", []),
    ],
)
def test_indexes(answer: Any, paths: list[str]) -> None:
    assert [facts.artifact_path(row) for row in facts.indexed_artifacts(answer)] == paths


@pytest.mark.parametrize(
    ("row", "asked", "path"),
    [
        ({"rel_path": "runs/1/a.log"}, "runs/1/a.log", "runs/1/a.log"),
        ({"artifact_id": "art_1", "filename": "a.log", "folder": "runs/1"}, "art_1", "runs/1/a.log"),
        ({"artifactId": "art_1", "fileName": "a.log", "folder": "runs/1/"}, "art_1", "runs/1/a.log"),
        ({"artifact_id": "art_1", "filename": "a.log"}, "art_1", "a.log"),
        ({"artifact_id": "art_1", "filename": "sub/a.log", "folder": "runs/1"}, "art_1", "sub/a.log"),
        ({"artifact_id": "art_1", "rel_path": "runs/1/a.log"}, "art_1", "runs/1/a.log"),
        ({"artifact_id": "runs/1/a.log", "filename": "a.log", "folder": "x"}, "runs/1/a.log", "runs/1/a.log"),
        ({"artifact_id": "runs/1/extra.log", "filename": "a.log"}, "runs/1/extra.log", "a.log"),
        ({"id": "7f", "name": "a.log"}, "7f", "a.log"),
        ({"id": "7f", "name": "The log"}, "7f", "7f"),
        ({"key": "runs/1/a.log", "name": "The log"}, "runs/1/a.log", "runs/1/a.log"),
        ({"filename": "a.log", "dir": "runs/1"}, "a.log", "a.log"),
        ({"name": "a.log"}, "a.log", "a.log"),
        ({"id": "../../x"}, "../../x", "../../x"),
        ({"id": 7, "kind": "log"}, None, None),
    ],
)
def test_what_is_asked_for_and_what_it_is_called(row: dict[str, Any], asked: str | None, path: str | None) -> None:
    assert (facts.artifact_id(row), facts.artifact_path(row)) == (asked, path)


def test_names_stand_as_whole_words() -> None:
    assert facts.names_in({"a": ["y_q1, then"]}, ["y_q1", "y", "q1", "then"]) == ("y_q1", "then")
    assert not facts.stands_in("", "anything")
    assert facts.stands_in("a.b", "x a.b y")
    assert not facts.stands_in("a.b", "x aXb y")


def test_keys_count_only_when_asked_for() -> None:
    assert facts.names_in({"y_q1": 1}, ["y_q1"]) == ()
    assert facts.names_or_keys_in([{"y_q1": 1}], ["y_q1"]) == ("y_q1",)


def test_errors_are_found_wherever_they_stand() -> None:
    record = {"error_code": "E_X", "details": {"pkg": "p"}}
    for value in (record, {"latest_run": {"error": record}}, [{"run_error": record}]):
        assert record in facts.error_objects(value)
    assert facts.error_objects({"status": "ok", "dependencies": [{"code": "x"}]}) == ()
