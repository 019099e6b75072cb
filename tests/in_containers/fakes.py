"""Containers as the engine's client shows them, without an engine."""

import io
import tarfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from docker.errors import APIError, NotFound


class FakeContainer:
    """A container with a log and the attributes that are read. `lines` are (stamp, text); `gone` when it was removed;
    an engine that does not keep its log says so when asked for it."""

    def __init__(self, name: str = "ss-api", service: str = "api", **state: Any) -> None:
        self.name = name
        self.id = f"id-of-{name}"
        self.labels = {"com.docker.compose.service": service}
        self.lines: list[tuple[str, str]] = []
        self.gone = False
        self.keeps_log = True
        running = {"Running": True, "Pid": 4711, "StartedAt": "2026-01-31T08:15:00.123456789Z", "ExitCode": 0}
        self.attrs: dict[str, Any] = {
            "Path": "python",
            "Args": ["-m", "src.worker"],
            "Config": {"Env": ["SS_LLM_API_KEY=sk-secret", "LANG=C"], "WorkingDir": "/app"},
            "HostConfig": {"NetworkMode": "bridge"},
            "NetworkSettings": {"Ports": {}},
            "State": {**running, **state},
        }

    def reload(self) -> None:
        if self.gone:
            raise NotFound("no such container")

    def write(self, second: int, text: str) -> None:
        """A line of the log, at a second of one minute."""
        self.lines.append((f"2026-01-31T08:15:{second:02d}.000000001Z", text))

    def logs(self, *, tail: Any, since: int | None, **_: Any) -> bytes:
        """As the engine filters: by whole seconds."""
        self.reload()
        if not self.keeps_log:
            raise APIError("configured logging driver does not support reading")
        kept = [(at, text) for at, text in self.lines if since is None or datetime.fromisoformat(at).timestamp() >= since]
        kept = kept if tail == "all" else kept[-tail:]
        return b"".join(f"{at} {text}\n".encode() for at, text in kept)


class FakeEngine:
    """An engine with these containers."""

    elsewhere = None
    over_network = False

    def __init__(self, *containers: FakeContainer) -> None:
        self._all = {one.name: one for one in containers}
        self.client = self
        self.containers = self

    def list(self, **_: Any) -> list[FakeContainer]:
        return list(self._all.values())

    def get(self, name: str) -> FakeContainer:
        if name not in self._all:
            raise NotFound(f"no such container: {name}")
        return self._all[name]


class FakeFolder:
    """A container with these files in the folder that is asked for, as the engine packs them."""

    name, client = "ss-api", None

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def get_archive(self, inside: str) -> tuple[Iterator[bytes], dict[str, Any]]:
        packed = io.BytesIO()
        top = inside.rpartition("/")[2]
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, content in self._files.items():
                member = tarfile.TarInfo(f"{top}/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        whole = packed.getvalue()
        return (whole[at : at + 1000] for at in range(0, len(whole), 1000)), {}
