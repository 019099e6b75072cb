"""Whoever mistypes a fault is told which ones there are like it."""

import pytest

from ss_audit.cli_faults import faults


def test_a_name_that_there_is_not_is_no_failed_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults(["library-not-loded"], False, None) == 2
    told = capsys.readouterr().err
    assert "'library-not-loded'" in told
    assert "library-not-loaded" in told.partition("Near:")[2]
