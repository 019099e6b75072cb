"""Ports and room on the disk."""

import os
import socket
from pathlib import Path

import pytest

from ss_audit.stack.disk import free_bytes, require_free
from ss_audit.stack.errors import NoSpace
from ss_audit.stack.ports import free_port, is_listened_on, owned_by


def test_who_listens_on_a_port_is_known() -> None:
    port = free_port()
    assert not is_listened_on(port)
    assert owned_by([os.getpid()], port) is None
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert is_listened_on(port)
        assert owned_by([os.getppid(), os.getpid()], port) == os.getpid()
        assert owned_by([os.getppid()], port) is None
        assert owned_by([2**22 + 1], port) is None, "a process that is gone owns nothing"


def test_a_connection_to_a_port_is_no_listening_on_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert owned_by([os.getpid()], client.getsockname()[1]) is None


def test_room_is_measured_where_a_folder_would_be_made(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet" / "there") > 0
    assert require_free(tmp_path, minimum=1) > 1


def test_too_little_room_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoSpace, match=r"only \d+ MiB are free.*needs 1\d+ MiB.*reports_dir"):
        require_free(tmp_path, minimum=2**60)
