"""SS's own SS_* variables, read as SS reads them, validated at start."""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OWN_LIBRARY = Path(__file__).parent / "library"
_FORCED_MODEL = "claude-opus-4-5-20251101"
_MODEL_ALIASES = {"claude-opus-4-5": _FORCED_MODEL}
_PROVIDERS = ("openai", "openai_compatible", "yunwu")
# SS's own default provider address.
_DEFAULT_BASE_URL = "https://yunwu.ai/v1"


class SettingsError(Exception):
    """The configuration does not let the process start."""

    def __init__(self, error_code: str, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.message = message
        self.details = details


@dataclass(frozen=True)
class LlmSettings:
    """The provider and how it is called. Times in seconds."""

    provider: str
    base_url: str
    api_key: str = field(repr=False)
    model: str
    temperature: float | None
    seed: str | None
    timeout_seconds: float
    max_attempts: int
    backoff_base_seconds: float
    backoff_max_seconds: float


@dataclass(frozen=True)
class Settings:
    """One process's configuration. Times in seconds; `stata_command` is empty where SS_STATA_CMD is not set."""

    production: bool
    jobs_dir: Path
    queue_dir: Path
    library_dir: Path
    llm: LlmSettings
    stata_command: tuple[str, ...]
    worker_id: str
    idle_sleep_seconds: float
    lease_seconds: float
    max_attempts: int
    shutdown_grace_seconds: float
    stata_timeout_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], needs_stata: bool = False) -> "Settings":
        """Read the variables. Raises SettingsError where SS would refuse to start."""
        stata_command = parse_stata_command(environment.get("SS_STATA_CMD", ""))
        if needs_stata:
            _require_runnable(stata_command)
        return cls(
            production=environment.get("SS_ENV", "development").lower() in ("production", "prod"),
            jobs_dir=Path(environment.get("SS_JOBS_DIR") or "jobs").absolute(),
            queue_dir=Path(environment.get("SS_QUEUE_DIR") or "queue").absolute(),
            library_dir=Path(environment.get("SS_DO_TEMPLATE_LIBRARY_DIR") or OWN_LIBRARY).absolute(),
            llm=_llm_settings(environment),
            stata_command=stata_command,
            worker_id=environment.get("SS_WORKER_ID") or "worker-local",
            idle_sleep_seconds=_number(environment, "SS_WORKER_IDLE_SLEEP_SECONDS", 1.0),
            # Leases are renewed while a job runs, so a short one costs nothing and a dead worker is noticed soon.
            lease_seconds=_number(environment, "SS_QUEUE_LEASE_TTL_SECONDS", 8.0),
            max_attempts=int(_number(environment, "SS_WORKER_MAX_ATTEMPTS", 3)),
            shutdown_grace_seconds=_number(environment, "SS_WORKER_SHUTDOWN_GRACE_SECONDS", 30.0),
            stata_timeout_seconds=int(_number(environment, "SS_STATA_TIMEOUT_SECONDS", 300)),
        )


def parse_stata_command(text: str) -> tuple[str, ...]:
    """SS_STATA_CMD as argument list: an existing path is one argument whatever blanks it holds, else shell words."""
    text = text.strip()
    if not text:
        return ()
    if Path(text).exists():
        return (text,)
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise SettingsError("STATA_CMD_INVALID", f"SS_STATA_CMD cannot be read: {error}", reason="quoting") from error


def _require_runnable(command: tuple[str, ...]) -> None:
    if not command:
        raise SettingsError("STATA_CMD_NOT_CONFIGURED", "SS_STATA_CMD is not set")
    program = command[0]
    if "/" in program or "\\" in program:
        if not Path(program).is_file():
            raise SettingsError("STATA_CMD_INVALID", f"no such file: {program}", reason="not_found")
        if not os.access(program, os.X_OK):
            raise SettingsError("STATA_CMD_INVALID", f"not executable: {program}", reason="not_executable")
    elif shutil.which(program) is None:
        raise SettingsError("STATA_CMD_INVALID", f"not in PATH: {program}", reason="not_in_path")


def _llm_settings(environment: Mapping[str, str]) -> LlmSettings:
    provider = environment.get("SS_LLM_PROVIDER", "").strip().lower()
    if provider in ("", "stub"):
        raise SettingsError("LLM_CONFIG_INVALID", "SS_LLM_PROVIDER must name a provider that is not a stub")
    if provider not in _PROVIDERS:
        raise SettingsError("LLM_CONFIG_INVALID", f"unsupported SS_LLM_PROVIDER: {provider}", supported=_PROVIDERS)
    api_key = environment.get("SS_LLM_API_KEY", "").strip()
    if not api_key:
        raise SettingsError("LLM_CONFIG_INVALID", "SS_LLM_API_KEY is not set")
    model = environment.get("SS_LLM_MODEL", "").strip() or _FORCED_MODEL
    temperature = environment.get("SS_LLM_TEMPERATURE", "").strip()
    return LlmSettings(
        provider=provider,
        base_url=(environment.get("SS_LLM_BASE_URL", "").strip() or _DEFAULT_BASE_URL).rstrip("/"),
        api_key=api_key,
        model=_MODEL_ALIASES.get(model, model),
        temperature=_number(environment, "SS_LLM_TEMPERATURE", 0.0) if temperature else None,
        seed=environment.get("SS_LLM_SEED") or None,
        timeout_seconds=_number(environment, "SS_LLM_TIMEOUT_SECONDS", 30.0),
        max_attempts=max(1, int(_number(environment, "SS_LLM_MAX_ATTEMPTS", 3))),
        backoff_base_seconds=_number(environment, "SS_LLM_RETRY_BACKOFF_BASE_SECONDS", 1.0),
        backoff_max_seconds=_number(environment, "SS_LLM_RETRY_BACKOFF_MAX_SECONDS", 30.0),
    )


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"{name} is not a number: {text}") from error
    if value < 0:
        raise SettingsError("CONFIG_INVALID", f"{name} is negative: {text}")
    return value
