"""What an operator of the compose project does: `operating.py PROJECT swap LIBRARY | install FILE | remove PACKAGE`."""

import io
import sys
import tarfile
from pathlib import Path

import docker
from docker.models.containers import Container

LIBRARY, ADO = "/opt/rehearsal/rehearsal/reference_ss/library", "/var/lib/ss/ado"
EMPTY = "import pathlib, shutil, sys; p = pathlib.Path(sys.argv[1]); shutil.rmtree(p); p.mkdir()"
REMOVE = "import pathlib, sys; pathlib.Path(sys.argv[1]).unlink(missing_ok=True)"
MAKE = "import pathlib, sys; pathlib.Path(sys.argv[1]).mkdir(exist_ok=True)"


def containers(project: str) -> list[Container]:
    """API and worker."""
    label = f"com.docker.compose.project={project}"
    found = docker.from_env().containers.list(filters={"label": label})
    return [one for one in found if one.labels["com.docker.compose.service"] in ("api", "worker")]


def execute(container: Container, program: str, *arguments: str) -> None:
    status, said = container.exec_run(["python", "-c", program, *arguments])
    if status:
        raise SystemExit(said.decode())


def put(container: Container, source: Path, target: str) -> None:
    """A file, or what is in a folder, into a folder of the container."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.add(source, source.name if source.is_file() else ".")
    container.put_archive(target, content.getvalue())


def main(project: str, act: str, what: str) -> None:
    for container in containers(project):
        if act == "swap":
            execute(container, EMPTY, LIBRARY)
            put(container, Path(what), LIBRARY)
        elif act == "install":
            execute(container, MAKE, ADO)
            put(container, Path(what), ADO)
        else:
            execute(container, REMOVE, f"{ADO}/{what}.ado")


if __name__ == "__main__":
    main(*sys.argv[1:])
