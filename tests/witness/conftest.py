from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from ss_audit.evidence.model import E, Evidence
from ss_audit.witness.llm_relay import LlmRelay
from witness.asking import HEADERS
from witness.desk import Desk
from witness.provider import Provider, provider


class ListRecorder:
    """A recorder that keeps entries in a list, in place of the archive."""

    def __init__(self) -> None:
        self.entries: list[Evidence] = []

    def record(self, entry: E) -> E:
        recorded = entry.model_copy(update={"id": f"e{len(self.entries) + 1}"})
        self.entries.append(recorded)
        return recorded


@pytest.fixture
def recorder() -> ListRecorder:
    return ListRecorder()


@pytest.fixture
def upstream() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def relay_to(recorder: ListRecorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., LlmRelay]]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:

        def start(base_url: str, *, extra_ca: Path | None = None, **more: Any) -> LlmRelay:
            return stack.enter_context(LlmRelay(base_url, recorder, extra_ca=extra_ca, **more))

        yield start


@pytest.fixture
def relay(upstream: Provider, relay_to: Callable[..., LlmRelay]) -> LlmRelay:
    return relay_to(upstream.url())


@pytest.fixture
def client(relay: LlmRelay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=relay.base_url, headers=HEADERS, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for process in desk.started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)
