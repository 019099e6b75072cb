"""What to start: one SS, as data."""

import re
import shlex
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ss_audit.stack.errors import CommandUnreadable

PLACEHOLDERS = ("python", "host", "port")


class StackSpec(BaseModel):
    """One SS that can be started. Times are seconds.

    `api_command` and `worker_command` are argv templates in which {python}, {host} and {port} are filled in; a string is
    split as a shell would, but no shell ever runs. `env` is what we set for both processes, on top of the few names that
    they inherit. `cwd` is made when it is missing. `revision` is SS's source revision, `dirty` whether its source differs
    from it (None: unknown). `notes` says what was done otherwise than usual.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    api_command: tuple[str, ...]
    worker_command: tuple[str, ...]
    python: str
    cwd: Path
    env: dict[str, str] = Field(repr=False)  # holds secrets
    ss_root: Path | None = None
    revision: str | None = None
    dirty: bool | None = None
    notes: tuple[str, ...] = ()
    timeout_startup: float = 60.0
    timeout_stop: float = 10.0

    @field_validator("api_command", "worker_command", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return argv(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_commands(self) -> Self:
        if not self.api_command or not self.worker_command:
            raise ValueError("a stack needs a command for the API and one for the worker")
        return self

    @property
    def jobs_dir(self) -> Path | None:
        """Where this SS keeps its jobs; None when that is left to SS."""
        return Path(self.env["SS_JOBS_DIR"]) if "SS_JOBS_DIR" in self.env else None

    def filled(self, template: tuple[str, ...], host: str, port: int) -> tuple[str, ...]:
        """A command with its placeholders filled in."""
        values = {"python": self.python, "host": host, "port": str(port)}
        return tuple(_filled(part, values) for part in template)


def argv(template: str) -> tuple[str, ...]:
    """A command template as an operator writes it, split as a shell would. Raises `CommandUnreadable`."""
    unknown = [name for name in re.findall(r"\{(\w*)\}", template) if name not in PLACEHOLDERS]
    if unknown:
        raise CommandUnreadable(
            f"the command {template!r} has {{{unknown[0]}}}; only {{python}}, {{host}} and {{port}} are filled in"
        )
    try:
        return tuple(shlex.split(template))
    except ValueError as error:
        raise CommandUnreadable(f"the command {template!r} can't be split: {error}") from None


def _filled(part: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        part = part.replace(f"{{{name}}}", value)
    return part
