"""One typed, frozen configuration of an audit, validated before anything starts.

Precedence: `-D name=value` over environment `SS_AUDIT_NAME` over `audit.toml` over the default. A name that is not a
setting is an error that lists the near ones: a misspelt setting that is silently ignored audits something else.
"""

import difflib
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

ENVIRONMENT_PREFIX = "SS_AUDIT_"
SETTINGS_FILE = "audit.toml"
SS_ENV_PREFIX = "ss_env."
FORCED_MODEL = "claude-opus-4-5-20251101"


class SettingsError(ValueError):
    """The settings can't be used. The text says which one, why, and what to write instead."""


def stata_configured(ss: Mapping[str, str]) -> bool:
    """Whether SS's own variables name a Stata."""
    return bool(ss.get("SS_STATA_CMD", "").strip())


def llm_configured(ss: Mapping[str, str]) -> bool:
    """Whether SS's own variables name a provider that SS would use: a provider other than `stub`, and a key."""
    provider = ss.get("SS_LLM_PROVIDER", "").strip().lower()
    return bool(provider) and provider != "stub" and bool(ss.get("SS_LLM_API_KEY", "").strip())


class Settings(BaseModel):
    """Everything an operator can say. Times are seconds, sizes bytes. What is None was not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["rehearsal", "production"] = "rehearsal"
    stack: Literal["reference", "checkout", "docker", "remote"] | None = None
    stata: Literal["real", "rehearsal"] | None = None
    llm: Literal["real", "rehearsal"] | None = None
    llm_model: str = FORCED_MODEL
    llm_hosts: tuple[str, ...] = ()
    llm_model_echoes: tuple[str, ...] = ()
    ss_root: Path | None = None
    ss_python: str | None = None
    api_command: str | None = None
    worker_command: str | None = None
    ss_env: dict[str, str] = Field(default_factory=dict)
    base_url: str | None = None
    task_codes: Path | None = None
    restart_command: str | None = None
    api_log_command: str | None = None
    worker_log_command: str | None = None
    start_commands: str | None = None
    package_remove_command: str | None = None
    package_install_command: str | None = None
    library_source: str | None = None
    library_swap_command: str | None = None
    llm_usage_command: str | None = None
    docker_image: str | None = None
    compose_project: str | None = None
    api_container: str | None = None
    worker_container: str | None = None
    dataset: Path | None = None
    seed: int = Field(default_factory=lambda: secrets.randbelow(2**31))
    timeout_startup: float = Field(default=60, gt=0)
    timeout_http: float = Field(default=120, gt=0)
    timeout_job: float = Field(default=900, gt=0)
    reports_dir: Path = Path("reports")
    evidence_limit: int = Field(default=2**30, gt=0)
    run_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")

    @field_validator("llm_hosts", "llm_model_echoes", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("ss_env", mode="before")
    @classmethod
    def _text_values(cls, value: object) -> object:
        return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        production = self.profile == "production"
        if production and self.stack is None:
            raise ValueError("production has no default stack: say which one, e.g. -D stack=checkout or -D stack=remote")
        if production and self.stack == "reference":
            raise ValueError("stack=reference is a stand-in for SS and can't be audited for production")
        if production and (self.stata == "rehearsal" or self.llm == "rehearsal"):
            raise ValueError("production uses no stand-in: leave out stata=rehearsal and llm=rehearsal")
        if self.stack == "checkout" and self.ss_root is None:
            raise ValueError("stack=checkout needs ss_root, the root folder of the SS checkout")
        if self.stack in ("docker", "remote"):
            raise ValueError(f"stack={self.stack} is not built yet: this version audits stack=reference and stack=checkout")
        if self.stack == "remote" and self.base_url is None:
            raise ValueError("stack=remote needs base_url, e.g. -D base_url=https://ss.example.org")
        if self.stack == "remote" and self.task_codes is None:
            raise ValueError("stack=remote needs task_codes, a file with one unused task code a line")
        return self


class InForce(BaseModel):
    """The settings together with what they mean on this machine: `ss` holds SS's own variables as the operator set them."""

    model_config = ConfigDict(frozen=True)

    settings: Settings
    ss: dict[str, str]
    origin: dict[str, str]

    @property
    def stack(self) -> str:
        """The kind of stack; a rehearsal that names none uses the reference SS."""
        return self.settings.stack or "reference"

    @property
    def stata(self) -> Literal["real", "rehearsal"]:
        """Whose Stata SS runs."""
        return self._part(self.settings.stata, stata_configured(self.ss))

    @property
    def llm(self) -> Literal["real", "rehearsal"]:
        """Whose answers SS gets."""
        return self._part(self.settings.llm, llm_configured(self.ss))

    def _part(self, said: Literal["real", "rehearsal"] | None, configured: bool) -> Literal["real", "rehearsal"]:
        if self.settings.profile == "production":
            return "real"
        return said or ("real" if configured else "rehearsal")

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """What stands in for something real, by name, in the order in which a verdict names them."""
        found = [("reference SS", self.stack == "reference"), ("rehearsal Stata", self.stata == "rehearsal")]
        return tuple(name for name, stands_in in [*found, ("rehearsal LLM", self.llm == "rehearsal")] if stands_in)


def load(
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> InForce:
    """The settings in force.

    In: what stands on the command line (`-D`), the environment, the folder of `audit.toml`.
    Out: settings, SS's own variables, and where each setting came from. Raises `SettingsError` with one clear text.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for source, found in (
        (SETTINGS_FILE, _from_file((folder or Path.cwd()) / SETTINGS_FILE)),
        ("environment", _from_environment(environment)),
        ("-D", dict(given or {})),
    ):
        for name, value in _nested(found, source).items():
            values[name] = {**values.get(name, {}), **value} if name == "ss_env" else value
            origin[name] = source
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError("; ".join(_in_words(e, origin) for e in error.errors())) from None
    ss = {name: value for name, value in environment.items() if name.startswith("SS_") and not _is_ours(name)}
    in_force = InForce(settings=settings, ss=ss, origin=origin)
    _refuse_half_configured(in_force)
    return in_force


def _is_ours(name: str) -> bool:
    return name.startswith(ENVIRONMENT_PREFIX)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    def name_of(variable: str) -> str:
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        return f"{SS_ENV_PREFIX}{name[len(SS_ENV_PREFIX) :]}" if name.lower().startswith(SS_ENV_PREFIX) else name.lower()

    return {name_of(variable): value for variable, value in environment.items() if _is_ours(variable)}


def _nested(found: Mapping[str, Any], source: str) -> dict[str, Any]:
    known = Settings.model_fields
    result: dict[str, Any] = {}
    for name, value in found.items():
        if name.startswith(SS_ENV_PREFIX):
            result.setdefault("ss_env", {})[name[len(SS_ENV_PREFIX) :]] = value
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else f"; settings are: {', '.join(sorted(known))}"
            raise SettingsError(f"unknown setting {name!r} (from {source}){hint}")
        else:
            result[name] = {**result.get(name, {}), **value} if name == "ss_env" else value
    return result


def _in_words(error: Any, origin: Mapping[str, str]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return message
    name = str(error["loc"][0])
    return f"setting {name} (from {origin.get(name, 'default')}): {message}, not {error['input']!r}"


def _refuse_half_configured(in_force: InForce) -> None:
    """A real part that SS's own variables don't name can't be started; that must be said before, not by SS's crash."""
    starts = in_force.stack != "remote"
    if starts and in_force.stata == "real" and not stata_configured(in_force.ss):
        raise SettingsError("stata=real, but SS_STATA_CMD is not set: export SS_STATA_CMD='/path/to/stata-mp'")
    if starts and in_force.llm == "real" and not llm_configured(in_force.ss):
        raise SettingsError(
            "llm=real, but SS_LLM_PROVIDER and SS_LLM_API_KEY do not name a provider that SS would use "
            "(a provider other than 'stub', and its key)"
        )
