"""The readers of OpenAI's bodies, on what gateways really send: parts, usage at the end, broken JSON."""

import gzip
import json
import zlib

import pytest

from ss_audit.witness.llm_payload import Answered, Asked, decode, read_answer, read_request


def test_prompt_is_the_content_of_all_messages() -> None:
    body = {"model": "m", "messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}
    assert read_request(json.dumps(body).encode()) == Asked("m", "a\n\nb")


def test_prompt_in_parts_is_their_text() -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "image_url", "image_url": {}}, {"type": "text", "text": "two"}]
    assert read_request(json.dumps({"messages": [{"content": parts}]}).encode()).prompt == "one two"


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b'{"messages": []}', b'{"messages": [3]}', b"\xff"])
def test_what_is_no_request_says_nothing(body: bytes) -> None:
    assert read_request(body) == Asked()


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": {}}', b'{"choices": [null]}', b'{"error": {}}'])
def test_what_is_no_answer_says_nothing(body: bytes) -> None:
    assert read_answer(body, streamed=False) == Answered()
    assert read_answer(b"data: " + body + b"\n\n", streamed=True) == Answered()


def test_answer_is_the_first_choices_wherever_it_stands() -> None:
    choices = [{"index": 1, "message": {"content": "second"}}, {"index": 0, "message": {"content": "first"}}]
    assert read_answer(json.dumps({"choices": choices}).encode(), streamed=False).answer == "first"


def test_stream_with_crlf_comments_and_a_cut_end() -> None:
    body = (
        b': hello\r\n\r\ndata: {"id": "i", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant"}}]}\r\n\r\n'
        b'data:{"choices": [{"index": 0, "delta": {"content": "A"}}, {"index": 1, "delta": {"content": "no"}}]}\r\n\r\n'
        b'data: {"choices": [{"index": 0, "delta": {"content": "B"}}], "usage": null}\r\n\r\n'
        b'data: {"choices": [], "usage": {"total_tokens": 2}}\r\n\r\ndata: {"choices": [{"ind'
    )
    assert read_answer(body, streamed=True) == Answered("m", "AB", "i", None, {"total_tokens": 2})


def test_answer_by_a_call_of_a_tool_is_what_the_tool_is_told() -> None:
    def calling(arguments: str, **more: object) -> dict[str, object]:
        return {"index": 0, "tool_calls": [{"index": 0, "function": {"name": "draft", "arguments": arguments}}], **more}

    for nothing in (None, ""):
        whole = {"choices": [{"message": calling('{"a": 1}', content=nothing)}]}
        assert read_answer(json.dumps(whole).encode(), streamed=False).answer == '{"a": 1}'
    parts = [{"choices": [{"delta": calling(text)}]} for text in ('{"a"', ": 1}")]
    events = b"".join(b"data: " + json.dumps(part).encode() + b"\n\n" for part in parts)
    assert read_answer(events, streamed=True).answer == '{"a": 1}'
    for odd in ({"tool_calls": [{"function": 3}, 4]}, {"tool_calls": "x"}):
        assert read_answer(json.dumps({"choices": [{"message": odd}]}).encode(), streamed=False).answer is None


def test_empty_answer_is_not_an_absent_one() -> None:
    body = b'{"choices": [{"index": 0, "message": {"content": ""}}]}'
    assert read_answer(body, streamed=False).answer == ""


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (gzip.compress(b"text"), "gzip"),
        (zlib.compress(b"text"), "deflate"),
        (zlib.compress(b"text")[2:-4], "deflate"),
        (gzip.compress(zlib.compress(b"text")), "deflate, gzip"),
        (b"text", ""),
        (b"text", "identity"),
        (b"text", "gzip"),
        (b"text", "br"),
    ],
)
def test_decode(packed: bytes, coding: str) -> None:
    assert decode(packed, coding) == b"text"


def test_decode_of_a_cut_body_gives_what_came() -> None:
    whole = gzip.compress(json.dumps(list(range(5000))).encode())
    assert decode(whole[: len(whole) // 2], "gzip").startswith(b"[0, 1, 2")
