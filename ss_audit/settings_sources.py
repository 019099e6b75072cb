"""Where settings come from, and what is wrong with them before they are a configuration: each problem in words, all of them.

Nothing here knows what a setting means; a name is one of the `known` ones or a problem.
"""

import difflib
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ss_audit.stack.env_file import defined_in
from ss_audit.stack.environment import is_secret

ENVIRONMENT_PREFIX = "SS_AUDIT_"
SETTINGS_FILE = "audit.toml"
SS_ENV_PREFIX = "ss_env."
COMMAND_LINE = "-D"


class Given:
    """The values as they were given, the strongest source last, with their origin; `problems` is what could not be taken."""

    def __init__(self, known: Collection[str]) -> None:
        self.values: dict[str, Any] = {}
        self.origin: dict[str, str] = {}
        self.problems: list[str] = []
        self._known = known

    def add(self, source: str, found: Mapping[str, Any]) -> None:
        """Lays one source over those before it; `ss_env` is merged name by name."""
        for name, value in found.items():
            if name.startswith(SS_ENV_PREFIX):
                self._ss_env(source, {name.removeprefix(SS_ENV_PREFIX): value})
            elif name == "ss_env" and isinstance(value, Mapping):
                self._ss_env(source, value)
            elif name in self._known:
                self.values[name], self.origin[name] = value, source
            else:
                self.problems.append(_unknown(name, source, self._known))

    def drop(self, error: Any) -> None:
        """Takes out a value that the model refused (one of pydantic's error details), and notes why."""
        name = str(error["loc"][0])
        message = str(error["msg"]).removeprefix("Value error, ")
        where = self.origin.get(name, "default")
        shown = "" if name == "ss_env" else f", not {error['input']!r}"
        self.problems.append(f"setting {name} (from {where}): {message}{shown}")
        self.values.pop(name, None)

    def _ss_env(self, source: str, found: Mapping[str, Any]) -> None:
        for name, value in found.items():
            if source == COMMAND_LINE and is_secret(name, str(value)):
                self.problems.append(
                    f"{SS_ENV_PREFIX}{name} on the command line would show a secret to everybody on this machine: "
                    f"export {name} instead"
                )
                continue
            before = self.values.get("ss_env")
            self.values["ss_env"] = {**(before if isinstance(before, dict) else {}), name: value}
            self.origin["ss_env"] = source


def from_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What a TOML file says, empty when there is none. Out: the values, and why it could not be read."""
    if not path.is_file():
        return {}, []
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"{path.name} is not valid TOML: {error}"]


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What `SS_AUDIT_NAME` variables say, by the name of the setting."""

    def name_of(variable: str) -> str:
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        return f"{SS_ENV_PREFIX}{name[len(SS_ENV_PREFIX) :]}" if name.lower().startswith(SS_ENV_PREFIX) else name.lower()

    return {name_of(variable): value for variable, value in environment.items() if _is_ours(variable)}


def ss_variables(environment: Mapping[str, str], ss_env: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """SS's own variables as SS would see them: `ss_env` over the environment over SS's `.env` (None: it does not count)."""
    in_file = defined_in(env_file) if env_file else {}
    layers: Iterable[Mapping[str, str]] = (in_file, environment, ss_env)
    return {name: value for layer in layers for name, value in layer.items() if name.startswith("SS_") and not _is_ours(name)}


def _is_ours(name: str) -> bool:
    return name.startswith(ENVIRONMENT_PREFIX)


def _unknown(name: str, source: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; settings are: {', '.join(sorted(known))}"
    return f"unknown setting {name!r} (from {source}){hint}"
