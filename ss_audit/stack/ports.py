"""Ports on loopback: a free one, and whether a port is answered by our own process or by a stranger."""

import contextlib
import errno
import socket
from collections.abc import Iterable

import psutil


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment. Somebody may still be faster: who uses it has to check."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_listened_on(port: int, host: str = "127.0.0.1", timeout: float = 1.0) -> bool:
    """Whether somebody listens there. Asked by connecting: binding could take the port from whom we wait for."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.settimeout(timeout)
        return probe.connect_ex((host, port)) != errno.ECONNREFUSED


def owned_by(pids: Iterable[int], port: int) -> int | None:
    """The one among these processes that listens on the port; None when none of them does."""
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            for connection in psutil.Process(pid).net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                    return pid
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
