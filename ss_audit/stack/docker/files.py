"""Reading files of a container, whether it runs or not."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, cast

from docker.models.containers import Container

from ss_audit.stack.docker.engine import NoSuchThing, NotUsable, explained, patient

PYTHON = ".py"
MOST_BYTES = 64 * 2**20
MOST_LOOKED_THROUGH = 2**30


class _Stream:
    """What the engine sends, as a file to be read once; counted, so that nobody's data are fetched for ever."""

    def __init__(self, pieces: Iterator[bytes], inside: PurePosixPath) -> None:
        self._pieces, self._inside = pieces, inside
        self._rest, self._seen = bytearray(), 0

    def read(self, size: int) -> bytes:
        """Up to so many bytes. Raises `NotUsable` when there are too many altogether."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
            self._seen += len(piece)
            if self._seen > MOST_LOOKED_THROUGH:
                raise _too_much(self._inside, MOST_LOOKED_THROUGH)
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found


def copy_out(container: Container, inside: PurePosixPath, target: Path, suffix: str = "") -> bool:
    """Copies the files and folders below a folder of the container to `target`, which is made; links are left out.

    In: with a `suffix`, only files whose names end so: what else lies there (jobs, people's data) is not ours to take.
    Out: whether the container has it; its whole file system is never taken. Raises `StackError`, also when it is too much.
    """
    if inside == PurePosixPath("/"):
        return False
    kept = 0
    try:
        with explained(f"{inside} of {container.name} was to be copied"), patient(container.client):
            pieces, _ = container.get_archive(str(inside))
            target.mkdir(parents=True, exist_ok=True)
            stream = cast("Any", _Stream(iter(pieces), inside))
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    below = PurePosixPath(member.name).parts[1:]  # the archive has the folder itself on top
                    wanted = member.isfile() and member.name.endswith(suffix)
                    if not below or not (wanted or (member.isdir() and not suffix)):
                        continue
                    kept += member.size
                    if kept > MOST_BYTES:
                        raise _too_much(inside, MOST_BYTES)
                    archive.extract(member.replace(name=str(PurePosixPath(*below))), target, filter="data")
    except NoSuchThing:
        return False
    return True


def _too_much(inside: PurePosixPath, most: int) -> NotUsable:
    what = f"{inside} in the container holds more than {most // 2**20} MiB, which is more than the audit takes from it"
    return NotUsable(f"{what}: name a smaller folder (the label ss.source, SS_DO_TEMPLATE_LIBRARY_DIR), or give ss_root")
