"""Calls as SS makes them."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx

from ss_audit.witness.llm_relay import LlmRelay

KEY = "sk-test-0123456789abcdef"
ASK: dict[str, Any] = {
    "model": "claude-opus-4-5-20251101",
    "messages": [{"role": "system", "content": "first"}, {"role": "user", "content": "Frage: Löhne?"}],
}
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Stainless-Async": "async:asyncio"}


def post(client: httpx.Client, **more: Any) -> httpx.Response:
    return client.post("/chat/completions", json=ASK, **more)


def ask_by_socket(relay: LlmRelay) -> socket.socket:
    """Sends a whole call and leaves the answer to the test."""
    port = urlsplit(relay.base_url).port
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    body = json.dumps(ASK).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection
