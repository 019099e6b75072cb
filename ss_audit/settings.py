"""One typed, frozen configuration of an audit, validated before anything starts.

Precedence: `-D name=value` over environment `SS_AUDIT_NAME` over `audit.toml` over the default. A name that is not a
setting is an error that lists the near ones: a misspelt setting that is silently ignored audits something else. Whatever
is in the way is said at once, not one thing a start.
"""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer, field_validator

from ss_audit.evidence.attestation import key_problems
from ss_audit.settings_docker import docker_problems
from ss_audit.settings_remote import remote_problems
from ss_audit.settings_sources import COMMAND_LINE, SETTINGS_FILE, Given, from_environment, from_file, ss_variables
from ss_audit.ss.own_data import own_data_problems
from ss_audit.stack.checkout import checkout_problem, interpreter_problem
from ss_audit.stack.environment import masked
from ss_audit.witness.stata_shim.command import StataCommandError, check_command, real_argv

FORCED_MODEL = "claude-opus-4-5-20251101"


class SettingsError(ValueError):
    """The settings can't be used. `problems` says which ones, why, and what to write instead."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        several = f"{len(self.problems)} things are in the way:" + "".join(f"\n  - {p}" for p in self.problems)
        super().__init__(self.problems[0] if len(self.problems) == 1 else several)


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
    ss_env: dict[str, str] = Field(default_factory=dict, repr=False)  # may hold secrets
    base_url: str | None = None
    ca_file: Path | None = None
    client_certificate: Path | None = None
    proxy: str | None = None
    tenant: str | None = None
    tunnel_command: str | None = None
    task_codes: Path | None = None
    restart_command: str | None = None
    api_log_command: str | None = None
    worker_log_command: str | None = None
    start_commands: str | None = None
    package_remove_command: str | None = None
    package_install_command: str | None = None
    library_source: str | None = None
    library_swap_command: str | None = None
    library_restore_command: str | None = None
    llm_usage_command: str | None = None
    docker_image: str | None = None
    docker_volumes: tuple[str, ...] = ()
    docker_may_restart: bool = False
    compose_project: str | None = None
    api_container: str | None = None
    worker_container: str | None = None
    dataset: Path | None = None
    seed: int = Field(default_factory=lambda: secrets.randbelow(2**31))
    timeout_startup: float = Field(default=60, gt=0)
    timeout_http: float = Field(default=120, gt=0)
    timeout_job: float = Field(default=900, gt=0)
    timeout_command: float = Field(default=120, gt=0)
    reports_dir: Path = Path("reports")
    evidence_limit: int = Field(default=2**30, gt=0)
    quiet: bool = False
    views: bool = True
    signing_key: Path | None = None
    run_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")

    @field_validator("llm_hosts", "llm_model_echoes", "docker_volumes", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("ss_env", mode="before")
    @classmethod
    def _text_values(cls, value: object) -> object:
        return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else value

    @field_serializer("proxy")
    def _without_password(self, value: str | None) -> str | None:
        return value and re.sub(r"(?<=//)[^/@]*@", "***@", value)

    @field_serializer("ss_env")
    def _without_secrets(self, value: dict[str, str]) -> dict[str, str]:
        return masked(value)


class InForce(BaseModel):
    """The settings together with what they mean on this machine.

    `ss` holds SS's own variables as SS will see them: `ss_env` over the environment over, in production, the `.env` of the
    checkout. `origin` says where a setting came from; one that is not in it has its default.
    """

    model_config = ConfigDict(frozen=True)

    settings: Settings
    ss: dict[str, str] = Field(repr=False)  # holds secrets
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

    @property
    def given(self) -> frozenset[str]:
        """The names of the settings that somebody gave, for what is planned only with one of them."""
        return frozenset(self.origin)

    @property
    def runs_already(self) -> bool:
        """Whether SS is attached to, and nothing of it is started by us."""
        return self.stack == "remote" or (self.stack == "docker" and self.settings.docker_image is None)

    def _part(self, said: Literal["real", "rehearsal"] | None, configured: bool) -> Literal["real", "rehearsal"]:
        if self.settings.profile == "production":
            return "real"
        return said or ("real" if configured else "rehearsal")

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """What stands in for something real, by name, in the order in which a verdict names them."""
        found = [("reference SS", self.stack == "reference"), ("rehearsal Stata", self.stata == "rehearsal")]
        return tuple(name for name, stands_in in [*found, ("rehearsal LLM", self.llm == "rehearsal")] if stands_in)


class Reading(BaseModel):
    """What was given, as far as it can be used: `in_force` without what was refused, and all that is in the way.

    `refused` are names, values and combinations; `half_configured` are real parts that are not where they are said to be, or
    that SS's own variables don't name.
    """

    model_config = ConfigDict(frozen=True)

    in_force: InForce
    refused: tuple[str, ...]
    half_configured: tuple[str, ...]


def load(
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> InForce:
    """The settings in force.

    In: what stands on the command line (`-D`), the environment, the folder of `audit.toml`.
    Out: settings, SS's own variables, and where each setting came from. Raises `SettingsError` with everything that is in
    the way.
    """
    found = read(given, environment, folder)
    if found.refused or found.half_configured:
        raise SettingsError([*found.refused, *found.half_configured])
    return found.in_force


def read(
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Reading:
    """As `load`, for whoever wants to go on in spite of what is in the way. Raises nothing."""
    environment = os.environ if environment is None else environment
    values = Given(Settings.model_fields)
    in_file, unreadable = from_file((folder or Path.cwd()) / SETTINGS_FILE)
    values.add(SETTINGS_FILE, in_file)
    values.add("environment", from_environment(environment))
    values.add(COMMAND_LINE, dict(given or {}))
    try:
        settings = Settings(**values.values)
    except ValidationError as error:
        for name in {str(detail["loc"][0]): detail for detail in error.errors()}.values():
            values.drop(name)
        settings = Settings(**values.values)
    honoured = settings.profile == "production" and settings.stack == "checkout" and settings.ss_root is not None
    env_file = settings.ss_root.expanduser() / ".env" if honoured and settings.ss_root else None
    ss = ss_variables(environment, settings.ss_env, env_file)
    in_force = InForce(settings=settings, ss=ss, origin=values.origin)
    refused = (*unreadable, *values.problems, *contradictions(settings))
    return Reading(in_force=in_force, refused=refused, half_configured=tuple(_half_configured(in_force)))


def contradictions(settings: Settings) -> list[str]:
    """What can't be said together, or is missing for what was said; in words."""
    s, found = settings, list[str]()
    if s.profile == "production":
        if s.stack is None:
            found.append("production has no default stack: say which one, e.g. -D stack=checkout or -D stack=remote")
        if s.stack == "reference":
            found.append("stack=reference is a stand-in for SS and can't be audited for production")
        if "rehearsal" in (s.stata, s.llm):
            found.append("production uses no stand-in: leave out stata=rehearsal and llm=rehearsal")
    if s.signing_key is not None:
        found += key_problems(s.signing_key.expanduser())
    if s.dataset is not None:
        found += own_data_problems(s.dataset.expanduser())
    if s.stack == "checkout" and s.ss_root is None:
        found.append("stack=checkout needs ss_root, the root folder of the SS checkout")
    if s.stack == "docker":
        found += docker_problems(s.model_dump(mode="json"))
    return found + (remote_problems(s.model_dump(mode="json")) if s.stack == "remote" else [])


def stata_problem(in_force: InForce) -> str | None:
    """Why the real Stata can't be started, in words; None when it can be, or when none is to be started by us."""
    if in_force.runs_already or in_force.stata != "real":
        return None
    if not stata_configured(in_force.ss):
        return "stata=real, but SS_STATA_CMD is not set: export SS_STATA_CMD='/path/to/stata-mp'"
    if in_force.stack == "docker":
        return None
    try:
        check_command(real_argv(in_force.ss["SS_STATA_CMD"]))
    except StataCommandError as error:
        return str(error)
    return None


def llm_problem(in_force: InForce) -> str | None:
    """Why SS would have no real provider, in words; None when it has, or when that is not ours to see."""
    if in_force.runs_already or in_force.llm != "real" or llm_configured(in_force.ss):
        return None
    provider = in_force.ss.get("SS_LLM_PROVIDER", "").strip()
    unusable = provider.lower() in ("", "stub")
    lacking = [f"SS_LLM_PROVIDER is {repr(provider) if provider else 'not set'}"] if unusable else []
    lacking += [] if in_force.ss.get("SS_LLM_API_KEY", "").strip() else ["SS_LLM_API_KEY is not set"]
    return f"llm=real, but {' and '.join(lacking)}: export a provider other than 'stub', e.g. openai_compatible, and its key"


def _half_configured(in_force: InForce) -> Iterable[str]:
    """A real part that can't be started must be said before, not by SS's crash."""
    return filter(None, (*_checkout_problems(in_force), stata_problem(in_force), llm_problem(in_force)))


def _checkout_problems(in_force: InForce) -> Iterable[str | None]:
    """What of the checkout is not there; that ss_root is not said at all is a contradiction."""
    settings = in_force.settings
    if in_force.stack == "checkout" and settings.ss_root is not None:
        yield checkout_problem(settings.ss_root)
        yield interpreter_problem(settings.ss_python) if settings.ss_python else None
