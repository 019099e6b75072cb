"""Looking where SS would find its LLM provider; asking it one question only when told to."""

import http.client
import json
import socket
from typing import Any
from urllib.request import getproxies, proxy_bypass

from ss_audit.doctor.model import ProviderCall, ProviderSeen
from ss_audit.doctor.provider import MOST_ANSWER_TOKENS, QUESTION
from ss_audit.witness.llm_upstream import Peer, Upstream, UpstreamBrokeOffError, UpstreamUnreachableError, ask, pieces
from ss_audit.witness.locality import is_loopback, upstream_locality

MOST_BYTES = 2**20


def found(base_url: str) -> ProviderSeen:
    """Where the URL leads, by name and by the name's address; no connection is made. Errors are its `problem`."""
    try:
        upstream = Upstream(base_url, extra_ca=None, connect_timeout_seconds=1, read_timeout_seconds=1)
    except ValueError as error:
        return ProviderSeen(origin="", host="", encrypted=False, problem=str(error))
    encrypted = upstream.origin.startswith("https:")
    proxied = encrypted and bool(getproxies().keys() & {"https", "all"}) and not proxy_bypass(upstream.host)
    seen = ProviderSeen(origin=upstream.origin, host=upstream.host, encrypted=encrypted, proxied=proxied)
    address, problem = (None, None) if proxied else _address(upstream.host)
    locality = upstream_locality(base_url, address)
    return seen.model_copy(update={"address": address, "locality": locality, "problem": problem})


def _address(host: str) -> tuple[str | None, str | None]:
    try:
        addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        return None, f"the name can't be resolved ({getattr(error, 'strerror', None) or error})"
    return next((a for a in addresses if is_loopback(a)), addresses[0] if addresses else None), None


def asked(base_url: str, key: str, model: str, timeout: float) -> ProviderCall:
    """One minimal call, over the same way as an audit's. In: URL, key, the forced model, seconds. Out: without the key."""
    call = ProviderCall(model_asked=model)
    question = {
        "model": model,
        "max_tokens": MOST_ANSWER_TOKENS,
        "messages": [{"role": "user", "content": QUESTION}],
    }
    try:
        upstream = Upstream(base_url, extra_ca=None, connect_timeout_seconds=timeout, read_timeout_seconds=timeout)
        connection, peer = upstream.connect()
        try:
            status, raw = _answer(connection, upstream, key, json.dumps(question).encode())
        finally:
            connection.close()
    except (ValueError, UpstreamUnreachableError, UpstreamBrokeOffError) as error:
        return call.model_copy(update={"failure": str(error).replace(key, "***") if key else str(error)})
    return _read(call, peer, status, raw)


def _answer(connection: http.client.HTTPConnection, upstream: Upstream, key: str, body: bytes) -> tuple[int, bytes]:
    headers = [
        ("Host", upstream.netloc),
        ("Authorization", f"Bearer {key}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Accept", "application/json"),
        ("Connection", "close"),
    ]
    response = ask(connection, "POST", f"{upstream.path}/chat/completions", headers, body)
    raw = b""
    for piece in pieces(response):
        raw += piece
        if len(raw) > MOST_BYTES:
            break
    return response.status, raw


def _read(call: ProviderCall, peer: Peer, status: int, raw: bytes) -> ProviderCall:
    try:
        said: Any = json.loads(raw)
    except (ValueError, RecursionError):
        said = None
    said = said if isinstance(said, dict) else {}
    usage = said.get("usage")
    usage = usage if isinstance(usage, dict) else {}

    def tokens(name: str) -> int | None:
        count = usage.get(name)
        return count if isinstance(count, int) else None

    model = said.get("model")
    return call.model_copy(
        update={
            "status": status,
            "tls_verified": peer.tls_verified,
            "model_echoed": model if isinstance(model, str) else None,
            "prompt_tokens": tokens("prompt_tokens"),
            "answer_tokens": tokens("completion_tokens"),
        }
    )
