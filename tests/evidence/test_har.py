"""HAR archives: complete in both directions, one an observation, the same whenever they are made."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import haralyzer
import pytest

from ss_audit.evidence import har
from ss_audit.evidence.model import Body, Exchange

ENDED = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
JSON = "application/json"


def exchange(**more: Any) -> Exchange:
    known: dict[str, Any] = {
        "id": "E0007",
        "at": ENDED,
        "title": "POST upload inputs: 201",
        "method": "POST",
        "url": "http://127.0.0.1:1/v1/jobs/a%20b?x=1&y=&x=2",
        "request_headers": (("Authorization", "Bearer [secret: token 0123456789ab]"), ("Cookie", "a=1; b=2")),
        "request_body": Body(media_type=JSON, size=7, sha256="x", text='{"a":1}'),
        "status": 201,
        "response_headers": (("set-cookie", "c=3; Path=/"), ("Set-Cookie", "d=4"), ("Location", "/elsewhere")),
        "response_body": Body(media_type=JSON, size=3, sha256="x", text="{ }"),
        "elapsed_ms": 1500.0,
    }
    return Exchange(**{**known, **more})


def entry_of(one: Exchange, data: Path = Path()) -> dict[str, Any]:
    read = json.loads(har.archive("05-MainJourney", [one], data))
    found: dict[str, Any] = read["log"]["entries"][0]
    return found


def test_both_directions_are_there() -> None:
    entry = entry_of(exchange())
    assert entry["startedDateTime"] == "2026-03-01T11:59:59.500+00:00"
    assert entry["time"] == entry["timings"]["wait"] == 1500
    request, response = entry["request"], entry["response"]
    assert request["queryString"] == [{"name": n, "value": v} for n, v in (("x", "1"), ("y", ""), ("x", "2"))]
    assert request["cookies"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert request["headers"][0] == {"name": "Authorization", "value": "Bearer [secret: token 0123456789ab]"}
    assert request["postData"] == {"mimeType": JSON, "params": [], "text": '{"a":1}'}
    assert (response["status"], response["statusText"], response["redirectURL"]) == (201, "Created", "/elsewhere")
    assert [cookie["name"] for cookie in response["cookies"]] == ["c", "d"]
    assert response["content"] == {"size": 3, "mimeType": JSON, "text": "{ }"}
    assert entry["_evidence"] == "E0007"


def test_what_is_no_text_is_there_in_base64(tmp_path: Path) -> None:
    (tmp_path / "figure.png").write_bytes(b"\x89PNG\xff")
    kept = Body(media_type="image/png", size=5, sha256="x", file="figure.png")
    entry = entry_of(exchange(request_body=kept, response_body=kept), tmp_path)
    assert base64.b64decode(entry["response"]["content"]["text"]) == b"\x89PNG\xff"
    assert entry["response"]["content"]["encoding"] == "base64"
    assert (entry["request"]["postData"]["_encoding"], "encoding" in entry["request"]["postData"]) == ("base64", False)


def test_a_very_large_file_is_named_and_not_repeated(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(har.LARGEST + 1)
    body = Body(media_type="text/csv", size=har.LARGEST + 1, sha256="x", file="huge.csv")
    content = entry_of(exchange(response_body=body), tmp_path)["response"]["content"]
    assert "data/huge.csv" in content["comment"]
    assert "text" not in content


def test_many_large_files_are_not_all_repeated(tmp_path: Path) -> None:
    """An archive is made in memory; what it no longer repeats it names."""
    (tmp_path / "large.bin").write_bytes(bytes(har.LARGEST))
    body = Body(media_type="application/octet-stream", size=har.LARGEST, sha256="x", file="large.bin")
    fitting = har.ALL_TOGETHER // har.LARGEST
    made = json.loads(har.archive("many", [exchange(response_body=body)] * (fitting + 2), tmp_path))
    contents = [entry["response"]["content"] for entry in made["log"]["entries"]]
    assert ["text" in content for content in contents] == [True] * fitting + [False] * 2
    assert "data/large.bin" in contents[-1]["comment"]


def test_no_answer_and_what_is_no_status_of_http() -> None:
    entry = entry_of(exchange(status=None, failure="ReadTimeout: nothing came", response_headers=(), response_body=Body()))
    assert (entry["response"]["status"], entry["response"]["_error"]) == (0, "ReadTimeout: nothing came")
    assert entry_of(exchange(status=799))["response"]["statusText"] == ""


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (200, "OK"), (409, "Conflict"), (413, "Content Too Large"), (414, "URI Too Long"), (416, "Range Not Satisfiable"),
        (422, "Unprocessable Content"), (429, "Too Many Requests"), (503, "Service Unavailable"),
    ],
)  # fmt: skip
def test_the_words_of_a_status_are_the_same_on_every_python(status: int, phrase: str) -> None:
    """A bundle that was made on one is verified on another, and Python renamed some of them."""
    assert entry_of(exchange(status=status))["response"]["statusText"] == phrase


def test_cookies_are_told_as_they_stand_there() -> None:
    cookies = (("Set-Cookie", 'sid="a b"; HttpOnly; Path=/'), ("Set-Cookie", "bare"), ("Set-Cookie", "two=1=2"))
    made = entry_of(exchange(response_headers=cookies, request_headers=(("Cookie", "a=1; b; c=x=y"),)))
    assert made["response"]["cookies"] == [{"name": "sid", "value": '"a b"'}, {"name": "two", "value": "1=2"}]
    assert made["request"]["cookies"] == [{"name": "a", "value": "1"}, {"name": "c", "value": "x=y"}]


@pytest.mark.parametrize("url", ["http://[::1", "not a url", "http://h/?%zz&=&&", ""])
def test_strange_answers_break_nothing(url: str) -> None:
    cookies = (("Set-Cookie", 'a="\\; ;=;;'), ("Set-Cookie", "\x00\x01"), ("set-cookie", ""))
    made = har.archive("strange", [exchange(url=url, response_headers=cookies)], Path())
    assert json.loads(made)["log"]["entries"][0]["request"]["url"] == url


def test_another_projects_parser_reads_it() -> None:
    read = haralyzer.HarParser(json.loads(har.archive("05-MainJourney", [exchange(), exchange(status=404)], Path())))
    (page,) = read.pages
    assert (page.title, [entry.response.status for entry in page.entries]) == ("05-MainJourney", [201, 404])


def test_it_is_the_same_whenever_it_is_made() -> None:
    assert har.archive("a", [exchange()], Path()) == har.archive("a", [exchange()], Path())


def test_an_exchange_belongs_to_the_observation_that_started_last_and_is_not_ended() -> None:
    log = [
        ("exchange", "E1"), ("started", "RestartTrial"), ("exchange", "E2"), ("started", "MainJourney"), ("exchange", "E3"),
        ("ended", "MainJourney"), ("exchange", "E4"), ("ended", "RestartTrial"), ("exchange", "E5"),
        ("started", "MainJourney"), ("exchange", "E6"), ("ended", "MainJourney"), ("ended", "MainJourney"),
        ("started", "SpecPackSeen"), ("ended", "SpecPackSeen"), ("started", "AccessTrials"), ("exchange", "E7"),
    ]  # fmt: skip
    assert har.grouped(har.Step(what=what, name=name) for what, name in log) == {
        "har/00-outside-of-any-observation.har": ("E1", "E5"),
        "har/01-RestartTrial.har": ("E2", "E4"),
        "har/02-MainJourney.har": ("E3",),
        "har/03-MainJourney.har": ("E6",),
        "har/05-AccessTrials.har": ("E7",),
    }
