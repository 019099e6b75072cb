"""Answers that no honest server gives: each is recorded as what it was, in bounded time, and is a finding."""

import gzip
import itertools
import json
import time
import zlib
from collections.abc import Iterator

import pytest
from checks.observations import main_journey

from ss_audit.checks import manners
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import MainJourney
from ss_audit.ss import facts

from .conftest import TOKEN, Facing
from .server import Answer, HostileServer, answer, once, stream

LIMIT = 1 << 20
PATIENCE = 1.0
UNIQUE = "the hostile one"
ELSEWHERE = "http://127.0.0.1:9/stolen"


def endless() -> Iterator[bytes]:
    return itertools.repeat(b"y" * 65536)


def drop_by_drop() -> Iterator[bytes]:
    for _ in range(3600):
        yield b"z"
        time.sleep(0.05)


def slow_head(_: bytes) -> Iterator[bytes]:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"s" * 3600:
        yield bytes([byte])
        time.sleep(0.05)


def endless_head(_: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (f"X-{n}: {n}\r\n".encode() for n in itertools.count())


def informing(_: bytes) -> Iterator[bytes]:
    """ "Go on" for ever, and never an answer."""
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        time.sleep(0.01)


def informing_fast(_: bytes) -> Iterator[bytes]:
    """The same, so fast that nobody ever waits for it."""
    return itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 2000)


def crumbs(_: bytes) -> Iterator[bytes]:
    """Chunks of one byte, as fast as they can be sent."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    yield from itertools.repeat(b"1\r\na\r\n" * 10_000)


def nothing_packed() -> Iterator[bytes]:
    """Packed files without a byte in them, one after the other."""
    return itertools.repeat(gzip.compress(b"", mtime=0) * 3000)


def chunked(*lines: bytes) -> Answer:
    return lambda _: [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", *lines]


BOMB = gzip.compress(b"\0" * (LIMIT * 64))
BROKEN: dict[str, tuple[Answer, str]] = {
    "shorter than announced": (once(b"half", length=8), "RemoteProtocolError"),
    "endless": (stream(endless), "cut off after 1048576 bytes"),
    "a byte at a time": (stream(drop_by_drop), "not there as a whole after 1 s"),
    "a head, a byte at a time": (slow_head, "not there as a whole after 1 s"),
    "an endless head": (endless_head, "RemoteProtocolError"),
    "information without end": (informing, "not there as a whole after 1 s"),
    "information without end, at once": (informing_fast, "not there as a whole after 1 s"),
    "crumbs without end": (crumbs, "not there as a whole after 1 s"),
    "packed nothing without end": (stream(nothing_packed, "Content-Encoding: gzip"), "cut off after 0 bytes"),
    "silence": (lambda _: iter(lambda: time.sleep(0.05) or b"", None), "not there as a whole after 1 s"),
    "closed at once": (lambda _: [], "RemoteProtocolError"),
    "no HTTP": (lambda _: [b"220 mail.example ESMTP\r\n"], "RemoteProtocolError"),
    "a NUL in a header": (once(b"x", "X-A: b\x00c"), "RemoteProtocolError"),
    "a line break in a header's name": (once(b"x", "X A: b"), "RemoteProtocolError"),
    "no gzip": (once(b"plain text", "Content-Encoding: gzip"), "encoding is broken"),
    "gzip, cut": (once(gzip.compress(b"a" * 1000)[:-9], "Content-Encoding: gzip"), "ends in the middle"),
    "gzip with something behind it": (once(gzip.compress(b"a") + b"behind", "Content-Encoding: gzip"), "after the end"),
    "a gzip bomb": (once(BOMB, "Content-Encoding: gzip"), "cut off after 1048576 bytes"),
    "a bomb within a bomb": (once(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), "encoded 2 times over"),
    "an encoding that was not asked for": (once(b"x", "Content-Encoding: br"), "'br', and gzip, deflate was asked for"),
    "chunks of no size": (chunked(b"zz\r\nabc\r\n"), "RemoteProtocolError"),
    "chunks without end": (chunked(b"5\r\nabcde\r\n", b"5\r\nab"), "RemoteProtocolError"),
    "two lengths": (once(b"abc", "Content-Length: 7"), "RemoteProtocolError"),
}  # fmt: skip


def seen_with(exchange: Exchange) -> MainJourney:
    """A journey with this answer in it; the rest of it has ids of its own."""
    return main_journey(preview=exchange.model_copy(update={"id": UNIQUE}))


def judged(exchange: Exchange) -> tuple[str, str]:
    """What the audit makes of a journey with this answer in it."""
    found = manners.every_answer_is_whole.judge(seen_with(exchange))
    assert UNIQUE in found.evidence or found.outcome == "pass"
    return found.outcome, found.saw


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_not_whole_is_on_record_and_a_finding(facing: Facing, what: str) -> None:
    hostile, says = BROKEN[what]
    scene = facing({"/v1/jobs/job-1": hostile}, LIMIT, PATIENCE)
    begun = time.monotonic()
    exchange = scene.client.job(scene.access)
    assert time.monotonic() - begun < PATIENCE + 4
    assert exchange.status is None or exchange.response_body.cut
    assert scene.archive.entries[exchange.id] == exchange
    outcome, saw = judged(exchange)
    assert outcome == "fail"
    assert says in saw
    assert exchange.response_body.size <= LIMIT


WHOLE: dict[str, tuple[Answer, bytes]] = {
    "plain": (once(b"text"), b"text"),
    "gzip": (once(gzip.compress(b"text"), "Content-Encoding: gzip"), b"text"),
    "two gzip files": (once(gzip.compress(b"te") + gzip.compress(b"xt"), "Content-Encoding: x-gzip"), b"text"),
    "deflate": (once(zlib.compress(b"text"), "Content-Encoding: deflate"), b"text"),
    "deflate without its header": (once(zlib.compress(b"text")[2:-4], "Content-Encoding: Deflate"), b"text"),
    "said to be as it is": (once(b"text", "Content-Encoding: identity"), b"text"),
    "nothing at all": (once(b""), b""),
    "nothing, said to be gzip": (once(b"", "Content-Encoding: gzip"), b""),
    "in chunks": (chunked(b"2\r\nte\r\n", b"2\r\nxt\r\n0\r\n\r\n"), b"text"),
    "until it is closed": (stream(lambda: iter([b"te", b"xt"])), b"text"),
    "as much as the limit": (once(b"y" * LIMIT), b"y" * LIMIT),
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE)
def test_what_is_whole_is_taken_as_it_is(facing: Facing, what: str) -> None:
    honest, text = WHOLE[what]
    scene = facing({"/v1/jobs/job-1": honest}, LIMIT, PATIENCE)
    exchange = scene.client.job(scene.access)
    assert (exchange.status, exchange.response_body.size, exchange.response_body.cut) == (200, len(text), False)
    assert exchange.response_body.text == text.decode()
    assert judged(exchange)[0] == "pass"


def test_what_came_before_it_broke_off_is_kept(facing: Facing) -> None:
    scene = facing({"/v1/jobs/job-1": once(b"the beginning", "X-Kept: yes", length=99)})
    exchange = scene.client.job(scene.access)
    assert (exchange.status, exchange.title) == (None, "GET job: 200, broken off")
    assert (exchange.response_body.text, exchange.response_body.cut) == ("the beginning", True)
    assert ("X-Kept", "yes") in exchange.response_headers


def test_thousands_of_headers_are_kept_and_a_finding(facing: Facing) -> None:
    scene = facing({"/v1/jobs/job-1": once(b"{}", *(f"X-{n}: {n}" for n in range(3000)))})
    exchange = scene.client.job(scene.access)
    assert (exchange.status, len(exchange.response_headers)) == (200, 3002)
    assert manners.heads_are_of_a_usual_size.judge(seen_with(exchange)).outcome == "fail"


def test_a_header_that_steers_a_terminal_is_a_finding(facing: Facing) -> None:
    scene = facing({"/v1/jobs/job-1": once(b"{}", "X-A: b\x1b[2Jc")})
    found = manners.texts_hold_no_control_characters.judge(seen_with(scene.client.job(scene.access)))
    assert (found.outcome, "\\x1b" in found.saw) == ("fail", True)


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_no_redirect_is_followed(facing: Facing, status: str) -> None:
    with HostileServer({}) as elsewhere:
        scene = facing({"/v1/jobs/job-1": once(b"", f"Location: http://localhost:{elsewhere.port}/stolen", status=status)})
        exchange = scene.client.job(scene.access)
        assert elsewhere.asked == []
    assert (exchange.is_success, exchange.status) == (False, int(status[:3]))
    found = manners.no_answer_leads_elsewhere.judge(seen_with(exchange))
    assert (found.outcome, "localhost" in found.saw) == ("fail", True)
    assert len(scene.server.asked) == 1


@pytest.mark.parametrize("target", ["http://[::1", "//", "http://h:port/", "\xff"])
def test_a_redirect_to_nowhere_is_an_answer_like_any_other(facing: Facing, target: str) -> None:
    scene = facing({"/v1/jobs/job-1": once(b"", f"Location: {target}", status="302 Found")})
    assert scene.client.job(scene.access).status == 302


def test_no_cookie_is_kept_from_one_exchange_to_the_next(facing: Facing) -> None:
    """With a session's cookie "without a token" would not be without."""
    heads: list[bytes] = []

    def session(head: bytes) -> list[bytes]:
        heads.append(head)
        return [answer(b"{}", "200 OK", "Set-Cookie: session=open-sesame; Path=/")]

    scene = facing({"/v1/jobs/job-1": session})
    for _ in range(2):
        scene.client.job(scene.access)
    assert [b"cookie" in head.lower() for head in heads] == [False, False]


def test_no_other_host_can_be_asked_at_all(facing: Facing) -> None:
    with HostileServer({}) as elsewhere:
        scene = facing({})
        exchange = scene.client.send("something", "GET", f"{elsewhere.url}/stolen", headers=scene.access.header)
        assert elsewhere.asked == []
    assert exchange.status is None
    assert "speaks to SS alone" in (exchange.failure or "")


def test_what_stands_behind_one_answer_is_not_taken_for_the_next(facing: Facing) -> None:
    forged = answer(b'{"status":"succeeded"}').replace(b"Connection: close\r\n", b"")
    mine = b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"status":"running"} '
    answers = iter([mine + forged, answer(b'{"status":"failed"}')])
    scene = facing({"/v1/jobs/job-1": lambda _: [next(answers)]})
    told = [facts.job_status(facts.answered(scene.client.job(scene.access))) for _ in range(2)]
    assert told == ["running", "failed"]


TEXTS = {
    "a NUL": '{"status": "a\\u0000b"}',
    "half a character": '{"status": "\\ud800", "job_id": "\\udfff"}',
    "a terminal's escape": json.dumps({"status": "\x1b[2J\x1b]0;title\x07"}),
    "a text turned round": json.dumps({"status": "\u202egnp.exe"}),
    "a web page in a field": json.dumps({"status": "<script>alert(1)</script>"}),
    "lines of another form": json.dumps({"status": "a\u2028b\u2029c\x85d\x0be"}),
    "deeper than anybody reads": "[" * 100_000,
    "a number of many digits": "1" * 100_000,
    "no number": '{"status": NaN}',
    "not UTF-8": '{"status": "\xff\xfe"}',
}


@pytest.mark.parametrize("what", TEXTS)
def test_strange_texts_are_kept_and_break_nothing(facing: Facing, what: str) -> None:
    raw = TEXTS[what].encode("latin-1") if what == "not UTF-8" else TEXTS[what].encode()
    scene = facing({"/v1/jobs/job-1": once(raw, "Content-Type: application/json")})
    exchange = scene.client.job(scene.access)
    assert (exchange.status, exchange.response_body.size) == (200, len(raw))
    facts.job_status(facts.answered(exchange))
    lines = (scene.folder / "events.jsonl").read_bytes().split(b"\n")
    assert all(json.loads(line)["id"] for line in lines if line)
    manners.texts_hold_no_control_characters.judge(seen_with(exchange))


def test_titles_and_findings_steer_no_terminal(facing: Facing) -> None:
    scene = facing({})
    exchange = scene.client.send("what\x1b[2J\nis\u202ethis", "GET", "/x")
    assert exchange.title == "GET what\\x1b[2J\\x0ais\\u202ethis: 404"
    found = manners.every_answer_is_whole.judge(seen_with(exchange.model_copy(update={"failure": "a\x1b[1mb\x00\nc"})))
    assert "a\\x1b[1mb\\x00\nc" in found.saw


REDEEMED = {
    "as it should be": json.dumps({"job_id": "job-1", "token": "a-token-of-no-shape"}),
    "broken JSON": '{"job_id": "job-1", "access_token": "a-token-of-no-shape", ',
    "more than a megabyte": json.dumps({"token": "a-token-of-no-shape", "job_id": "job-1", "z": "x" * (1 << 21)}),
    "twice": json.dumps({"token": "another-token-of-no-shape", "job_id": "job-1", "refresh_token": "a-token-of-no-shape"}),
}


@pytest.mark.parametrize("what", REDEEMED)
def test_a_token_is_never_written_down_however_it_is_answered(facing: Facing, what: str) -> None:
    scene = facing({"/v1/task-codes/redeem": once(REDEEMED[what].encode()), "/v1/jobs/job-1": once(b"a-token-of-no-shape")})
    exchange, access = scene.client.redeem("tc-code-0123", "requirement")
    scene.client.job(scene.access)
    assert "token" in exchange.response_body.masked
    assert (access is not None) == (what in ("as it should be", "twice"))
    assert all(b"token-of-no-shape" not in path.read_bytes() for path in scene.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "job", ["../../etc", "a/b", "a?b#c", "a\x00b", "\u202e", "%2e%2e", "x" * 4096, "@elsewhere.example", "\\\\host\\x", "."]
)
def test_a_job_of_any_name_is_asked_for_under_that_name_alone(facing: Facing, job: str) -> None:
    redeemed = once(json.dumps({"job_id": job, "token": TOKEN}).encode())
    scene = facing({"/v1/task-codes/redeem": redeemed})
    _, access = scene.client.redeem("tc-code-0123", "requirement")
    assert access is not None
    scene.client.job(access)
    path = scene.server.asked[-1].split(" ")[1]
    assert path.startswith("/v1/jobs/")
    assert path.count("/") == 3
    assert "?" not in path


def test_a_name_that_can_t_be_asked_for_is_on_record(facing: Facing) -> None:
    scene = facing({})
    exchange = scene.client.send("job", "GET", "/v1/jobs/" + "x" * 70_000)
    assert (exchange.status, "InvalidURL" in (exchange.failure or "")) == (None, True)
