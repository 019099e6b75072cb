"""A client of ours in front of a hostile server; what it writes is looked at as a whole afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.redaction import Redactor
from ss_audit.ss.client import Access, SSClient

from .server import Answer, HostileServer

TOKEN = "ssv1.job-1.0123456789abcdef0123456789abcdef"
JOB = "job-1"


class Scene(NamedTuple):
    """A client in front of a server. `folder` is where evidence may be written; nothing may be written beside it."""

    server: HostileServer
    client: SSClient
    folder: Path

    @property
    def archive(self) -> Archive:
        return self.client.archive

    @property
    def access(self) -> Access:
        return Access(JOB, TOKEN)


Facing = Callable[..., Scene]


@pytest.fixture
def facing(tmp_path: Path) -> Iterator[Facing]:
    """In: answers by path; `limit` (bytes) and `patience` (s). Afterwards only the evidence folder may be there."""
    with ExitStack() as ending:

        def face(answers: dict[str, Answer], limit: int = 1 << 22, patience: float = 10.0) -> Scene:
            server = ending.enter_context(HostileServer(answers))
            redactor = Redactor(b"key")
            redactor.learn(TOKEN, "token")
            archive = Archive(tmp_path / "run" / "data", redactor, limit)
            ending.callback(archive.close)
            client = SSClient(server.url, archive, patience)
            ending.callback(client.close)
            return Scene(server, client, tmp_path / "run" / "data")

        yield face
    assert [path.name for path in tmp_path.iterdir()] in (["run"], [])
    assert [path.name for path in (tmp_path / "run").glob("*")] in (["data"], [])
