"""From what the relay noted of a call to the evidence entry: decoded, read, digested, and with every key masked."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ss_audit.evidence.model import Body, LlmCall, now
from ss_audit.witness.llm_payload import decode, read_answer, read_request
from ss_audit.witness.llm_upstream import Peer

MASK = "[masked]"
_SHORTEST_SEEN_KEY = 6
_KEY_HEADERS = ("authorization", "api-key", "x-api-key", "x-goog-api-key", "proxy-authorization", "cookie")


@dataclass(eq=False)
class CallNotes:
    """What is known of one call so far. It is made when the call arrives, so that no call is lost, however it ends."""

    method: str
    target: str
    started_at: datetime = field(default_factory=now)
    keys: tuple[str, ...] = ()
    request_type: str = ""
    request_body: bytes = b""
    peer: Peer = field(default_factory=Peer)
    status: int | None = None
    response_type: str = ""
    response_encoding: str = ""
    response_body: bytearray = field(default_factory=bytearray)
    stand_in: str | None = None
    failure: str | None = None
    failure_is_ours: bool = False

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream of server-sent events."""
        return self.response_type.partition(";")[0].strip().lower() == "text/event-stream"


def keys_in(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The secrets in a request's headers, each with and without its scheme ("Bearer"). Very short ones are no secrets."""
    found: list[str] = []
    for name, value in headers:
        if name.lower() in _KEY_HEADERS:
            found += [value, *value.split()[1:]]
    return tuple(key for key in found if len(key) >= _SHORTEST_SEEN_KEY)


def llm_call(notes: CallNotes, origin: str, host: str, key_masks: Iterable[str], body_limit: int) -> LlmCall:
    """The entry for a call that ended.

    In: `origin` scheme, host and port of the provider; `key_masks` secrets to mask besides those that the call itself carried;
    `body_limit` characters kept of each body. Out: `upstream` is the URL that was called, without its query; bodies are the
    decoded ones, and so are their sizes and digests.
    """
    asked = read_request(notes.request_body)
    answer_body = decode(bytes(notes.response_body), notes.response_encoding)
    answered = read_answer(answer_body, notes.streamed)
    secrets = _spellings((*key_masks, *notes.keys))
    path = notes.target.partition("?")[0]
    outcome = notes.status if notes.status is not None else "no answer"
    entry = LlmCall(
        title=f"LLM call, {notes.method} {path}: {outcome}" + (f", {answered.model}" if answered.model else ""),
        at=notes.started_at,
        upstream=origin + path,
        upstream_host=host,
        upstream_address=notes.peer.address,
        tls_version=notes.peer.tls_version,
        tls_verified=notes.peer.tls_verified,
        certificate=notes.peer.certificate,
        started_at=notes.started_at,
        ended_at=now(),
        status=notes.status,
        failure=notes.failure,
        failure_is_ours=notes.failure_is_ours,
        streamed=notes.streamed,
        model_asked=asked.model,
        model_echoed=answered.model,
        system_fingerprint=answered.system_fingerprint,
        stand_in=notes.stand_in,
        response_id=answered.response_id,
        usage=answered.usage,
        prompt=asked.prompt,
        answer=answered.answer,
        prompt_sha256=_sha256_of(asked.prompt),
        answer_sha256=_sha256_of(answered.answer),
    )
    bodies = {
        "request_body": _body(notes.request_body, notes.request_type, secrets, body_limit),
        "response_body": _body(answer_body, notes.response_type, secrets, body_limit),
    }
    masked = {name: _masked(value, secrets) for name, value in entry.model_dump().items()}  # the names of the fields are ours
    return LlmCall.model_validate({**masked, **bodies})


def _body(raw: bytes, content_type: str, secrets: tuple[str, ...], limit: int) -> Body:
    """Masked first, then cut: a cut through a secret would leave half of it unnoticed."""
    media_type = content_type.partition(";")[0].strip().lower()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        carries = any(secret.encode() in raw for secret in secrets)
        return Body(media_type=media_type, size=len(raw), sha256="" if carries else hashlib.sha256(raw).hexdigest())
    masked = _mask(text, secrets)
    return Body(
        media_type=media_type,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest() if masked == text else "",
        text=masked[:limit],
        cut=len(masked) > limit,
    )


def _spellings(keys: Iterable[str]) -> tuple[str, ...]:
    """The keys as they stand and as JSON spells them, longest first, so that none hides inside another."""
    spelled = {spelling for key in keys if key for spelling in (key, json.dumps(key)[1:-1])}
    return tuple(sorted(spelled, key=len, reverse=True))


def _mask(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _masked(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return _mask(value, secrets)
    if isinstance(value, dict):
        return {_mask(key, secrets) if isinstance(key, str) else key: _masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_masked(item, secrets) for item in value)
    return value


def _sha256_of(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
