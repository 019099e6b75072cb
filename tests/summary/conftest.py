"""Allure's page takes seconds and is no business of these tests."""

import pytest

from ss_audit.report import views


@pytest.fixture(autouse=True)
def _without_allure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "write_allure_html", lambda *_: "Allure's page was left out")
