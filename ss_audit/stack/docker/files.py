"""Reading files of a container, whether it runs or not."""

import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from docker.models.containers import Container

from ss_audit.stack.docker.engine import NoSuchThing, explained, patient


def copy_out(container: Container, inside: PurePosixPath, target: Path) -> bool:
    """Copies the files and folders below a folder of the container to `target`, which is made; links are left out.

    Out: whether the container has it. Raises `StackError`.
    """
    with tempfile.TemporaryFile() as content:
        try:
            with explained(f"{inside} of {container.name} was to be copied"), patient(container.client):
                stream, _ = container.get_archive(str(inside))
                content.writelines(stream)
        except NoSuchThing:
            return False
        content.seek(0)
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=content) as archive:
            for member in archive.getmembers():
                below = PurePosixPath(member.name).parts[1:]  # the archive has the folder itself on top
                if below and (member.isfile() or member.isdir()):
                    archive.extract(member.replace(name=str(PurePosixPath(*below))), target, filter="data")
    return True
