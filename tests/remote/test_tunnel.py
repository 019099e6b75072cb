"""The operator's tunnel: how its command is read, and whose it is when it can't be executed."""

from pathlib import Path

import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.stack.remote.tunnel import NoTunnel, Tunnel
from ss_audit.stack.sidecar import Keeper


def test_a_command_that_can_not_be_executed_is_the_operators_to_mend(archive: Archive, keeper: Keeper, tmp_path: Path) -> None:
    with pytest.raises(NoTunnel, match="tunnel_command can't be executed") as error:
        Tunnel("no-such-program-of-anybody -N", archive, keeper, tmp_path / "tunnel").start()
    assert error.value.blame == "operator"


def test_it_is_read_as_the_other_commands_are(
    archive: Archive, keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "forward").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "forward").chmod(0o755)
    tunnel = Tunnel("~/forward", archive, keeper, tmp_path / "tunnel")
    tunnel.start()
    assert tunnel.is_up
    tunnel.stop()
    assert not tunnel.is_up
