"""Builds the image of the reference SS on the engine that DOCKER_HOST names: `python containers/build.py [TAG]`.

Ends with 0 and the image's id on standard output; with 1 and a reason on standard error when it could not be built.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import docker
import rootfs
from docker.errors import DockerException

TAG = "reference-ss:rehearsal"


def build(tag: str) -> str:
    """Builds and tags the image. Out: its id. Raises `rootfs.NotPossible`, `DockerException`, `OSError`."""
    with tempfile.TemporaryDirectory(prefix="reference-ss-image-") as folder:
        shutil.copy(Path(__file__).parent / "Dockerfile", folder)
        rootfs.write(Path(folder, "rootfs.tar"))
        image, _ = docker.from_env(timeout=300).images.build(path=folder, tag=tag, rm=True, forcerm=True)
    return str(image.id)


def main() -> int:
    """The command line."""
    try:
        print(build(sys.argv[1] if len(sys.argv) > 1 else TAG))
    except (rootfs.NotPossible, DockerException, OSError) as error:
        print(f"The image could not be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
