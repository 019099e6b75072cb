"""A browser that is told to ask nobody for anything, and what it says about a page that it opened from disk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

LOCAL = ("file:", "data:", "blob:", "about:")


@dataclass
class Opened:
    """A page from disk. `complaints` are console errors, errors of scripts and dialogs; `outside` what was asked of others."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Nothing was complained about, nobody else was asked."""
        assert self.complaints == []
        assert self.outside == []


Opener = Callable[[Path], Opened]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens a file in a window of its own."""
    contexts: list[BrowserContext] = []

    def go(file: Path) -> Opened:
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
        contexts.append(context)
        opened = Opened(context.new_page())
        watched(context, opened)
        opened.page.goto(file.resolve().as_uri(), wait_until="load")
        return opened

    yield go
    for context in contexts:
        context.close()


def watched(context: BrowserContext, opened: Opened) -> None:
    """Takes down what every page of this context complains about and asks for."""

    def asked(url: str) -> None:
        if not url.startswith(LOCAL):
            opened.outside.append(url)

    def listen(page: Page) -> None:
        page.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (opened.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    context.on("request", lambda request: asked(request.url))
    context.on("page", listen)
    listen(opened.page)
