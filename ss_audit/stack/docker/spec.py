"""What to start in containers: one SS, as data."""

from pathlib import Path

from ss_audit.stack.spec import StackSpec


class ContainerSpec(StackSpec):
    """One SS in two containers of one image. `python` is the image's interpreter, `cwd` the image's working directory.

    `run` is the label by which everything that was made is found again; `user` is `uid:gid`. `shared` are folders that are
    mounted under the path that they have here, `read_only` those that the containers can't write to; `volumes` are the
    operator's own, `SOURCE:TARGET[:ro]`. `digest` names the image beyond doubt.
    """

    image: str
    digest: str
    run: str
    user: str
    shared: tuple[Path, ...] = ()
    read_only: tuple[tuple[Path, str], ...] = ()
    volumes: tuple[str, ...] = ()

    @property
    def binds(self) -> list[str]:
        """All mounts in the engine's own notation."""
        ours = [f"{folder}:{folder}:rw" for folder in self.shared]
        return [*ours, *(f"{folder}:{target}:ro" for folder, target in self.read_only), *self.volumes]
