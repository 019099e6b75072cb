"""A network of its own for a whole audit: a provider with an address as the world's, and a name for it.

Linux network namespaces, made with iproute2's `ip netns` as root. Nothing in it reaches any other network. All of it is
taken away at the end: the namespace with its interfaces, and its own hosts file. What a killed test run left is taken
away by the next.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

# RFC 7526: the former anycast address of 6to4 relays. Global by its form, and nobody's.
ADDRESS = "192.88.99.77"
NAME = "llm.example.org"
ETC = Path("/etc/netns")
OURS = "ss-audit-test"


class Namespace(NamedTuple):
    """`prefix` before a command makes it run inside."""

    prefix: tuple[str, ...]


def why_not() -> str | None:
    """Why no namespace can be made here, None when one can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are Linux's"
    if shutil.which("ip") is None:
        return "iproute2 (the ip command) is not installed"
    if os.geteuid() != 0:
        return "making a network namespace takes root"
    name = _new_name()
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    _remove(name)
    return f"ip netns add: {tried.stderr.strip()}" if tried.returncode else None


@contextlib.contextmanager
def namespace() -> Iterator[Namespace]:
    """A namespace with loopback, and an interface that has ADDRESS, which NAME stands for."""
    _remove_orphans()
    name = _new_name()
    had = ETC.exists()
    with contextlib.ExitStack() as cleanups:
        if not had:
            cleanups.callback(_without_empty, ETC)
        cleanups.callback(_remove, name)
        _ip("netns", "add", name)
        (ETC / name).mkdir(parents=True)
        (ETC / name / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {NAME}\n", "utf-8")
        # A pair: where the kernel lacks dummy interfaces it still has these.
        _ip("-n", name, "link", "add", "near", "type", "veth", "peer", "name", "far")
        for interface in ("lo", "near", "far"):
            _ip("-n", name, "link", "set", interface, "up")
        _ip("-n", name, "address", "add", f"{ADDRESS}/32", "dev", "near")
        yield Namespace(("ip", "netns", "exec", name))


def _new_name() -> str:
    return f"{OURS}-{os.getpid()}-{secrets.token_hex(3)}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _remove(name: str) -> None:
    """Whatever there is of it; the interfaces go with the namespace."""
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    shutil.rmtree(ETC / name, ignore_errors=True)


def _remove_orphans() -> None:
    """Namespaces of test runs that are dead."""
    for left in [*Path("/run/netns").glob(f"{OURS}-*"), *ETC.glob(f"{OURS}-*")]:
        if not psutil.pid_exists(int(left.name.split("-")[3])):
            _remove(left.name)


def _without_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
