"""What a chat completion says: pure readers of OpenAI's request and answer bodies, streamed answers included."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")
DECODABLE = ("gzip", "x-gzip", "deflate", "identity")
BETWEEN_MESSAGES = "\n\n"


@dataclass(frozen=True)
class Asked:
    """`prompt` is the text of all messages: the question need not stand in the last one."""

    model: str | None = None
    prompt: str | None = None


@dataclass(frozen=True)
class Answered:
    """`answer` is the first choice's text, or what it tells a tool; `model` what the provider calls itself."""

    model: str | None = None
    answer: str | None = None
    response_id: str | None = None
    system_fingerprint: str | None = None
    usage: dict[str, Any] | None = None


def read_request(body: bytes) -> Asked:
    """In: a request body. What isn't a chat completion request gives an empty result."""
    said = _object(body)
    messages = said.get("messages")
    texts = [_content(message) for message in messages] if isinstance(messages, list) else []
    present = [text for text in texts if text is not None]
    return Asked(model=_text(said.get("model")), prompt=BETWEEN_MESSAGES.join(present) if present else None)


def read_answer(body: bytes, streamed: bool) -> Answered:
    """In: an answer's decoded body; `streamed` if it is server-sent events. An answer that broke off gives what came."""
    parts = [_object(event) for event in _events(body)] if streamed else [_object(body)]
    return Answered(
        model=_first(_text(part.get("model")) for part in parts),
        answer=_joined(_content(_choice(part).get("delta" if streamed else "message")) for part in parts),
        response_id=_first(_text(part.get("id")) for part in parts),
        system_fingerprint=_first(_text(part.get("system_fingerprint")) for part in parts),
        usage=_first(part["usage"] if isinstance(part.get("usage"), dict) else None for part in reversed(parts)),
    )


def decode(body: bytes, content_encoding: str) -> bytes:
    """Undoes Content-Encoding (RFC 9110 8.4) as far as the bytes go. What we can't decode comes back as it is."""
    for coding in reversed([part.strip().lower() for part in content_encoding.split(",") if part.strip()]):
        if coding in ("gzip", "x-gzip"):
            body = _inflate(body, zlib.MAX_WBITS | 16)
        elif coding == "deflate":
            # Meant is zlib's format; some servers send the bare one.
            body = _inflate(body, zlib.MAX_WBITS if body[:1] and body[0] & 0x0F == 8 else -zlib.MAX_WBITS)
    return body


def _inflate(body: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(body)
    except zlib.error:
        return body


def _events(body: bytes) -> list[bytes]:
    """The data of each server-sent event (WHATWG HTML 9.2.6), `[DONE]` left out."""
    events: list[bytes] = []
    data: list[bytes] = []
    for line in [*body.splitlines(), b""]:
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line and data:
            events.append(b"\n".join(data))
            data = []
    return [event for event in events if event.strip() != b"[DONE]"]


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _choice(part: dict[str, Any]) -> dict[str, Any]:
    choices = part.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get("index", 0) == 0:
            return choice
    return {}


def _content(message: Any) -> str | None:
    """A message's text; of a list of parts, the text parts joined; of a call of a tool, what the tool is told."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        return _joined(_text(part.get("text")) for part in content if isinstance(part, dict))
    return _text(content) if content else _first((_told_a_tool(message), _text(content)))


def _told_a_tool(message: Any) -> str | None:
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    return _joined(_text(function.get("arguments")) for function in functions if isinstance(function, dict))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def _joined(texts: Iterable[str | None]) -> str | None:
    present = [text for text in texts if text is not None]
    return "".join(present) if present else None
