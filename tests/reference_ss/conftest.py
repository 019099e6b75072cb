"""One stack for the tests that leave it alive, a stack of its own for each that kills something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .stack import JobClient, Stack
from .tiny_provider import DRAFT, TinyProvider, selection, serving


@pytest.fixture(scope="session")
def _provider() -> Iterator[TinyProvider]:
    with serving(TinyProvider()) as provider:
        yield provider


@pytest.fixture
def provider(_provider: TinyProvider) -> TinyProvider:
    """The provider, answering sensibly until the test says otherwise."""
    _provider.draft, _provider.selection, _provider.status = dict(DRAFT), selection("R02"), 200
    _provider.prompts.clear()
    _provider.hold.set()
    return _provider


@pytest.fixture(scope="session")
def _stack(_provider: TinyProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), _provider.base_url)
    try:
        yield stack.start()
    finally:
        stack.close()


@pytest.fixture
def stack(_stack: Stack, provider: TinyProvider) -> Stack:
    """A running stack that other tests use, too."""
    del provider
    for path in [*_stack.control.iterdir(), *_stack.packages.iterdir()]:
        path.unlink()
    return _stack


@pytest.fixture
def own_stack(provider: TinyProvider, tmp_path: Path) -> Iterator[Stack]:
    """A stack that was not started yet and that the test may kill."""
    stack = Stack(tmp_path, provider.base_url)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def job(stack: Stack) -> JobClient:
    """A new job."""
    return JobClient(stack)
