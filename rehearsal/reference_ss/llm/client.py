"""Calls to the LLM provider over the OpenAI-compatible protocol, each with its evidence: prompt, response, metadata."""

import hashlib
import importlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.settings import LlmSettings
from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.jobs import JobStore, add_to_index
from rehearsal.reference_ss.store.models import now

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletion

_MAX_TOKENS = 1024
_CHARACTERS_PER_TOKEN = 4

_log = jsonlog.logger(__name__)


@dataclass(frozen=True)
class LlmReply:
    """The provider's answer and the id under which its evidence is kept."""

    llm_call_id: str
    text: str


@dataclass(frozen=True)
class _Outcome:
    """How a call ended: with the provider's answer, or with the last error. `attempts` counts requests sent."""

    completion: "ChatCompletion | None"
    error: Exception | None
    attempts: int

    @property
    def text(self) -> str:
        if self.completion is None or not self.completion.choices:
            return ""
        return self.completion.choices[0].message.content or ""


class LlmClient:
    """Asks the provider on behalf of jobs in `store`."""

    def __init__(self, settings: LlmSettings, store: JobStore) -> None:
        self._settings = settings
        self._store = store
        self._client: OpenAI | None = None
        self._client_lock = threading.Lock()

    def ask(self, job_id: str, operation: str, prompt: str) -> LlmReply:
        """One question, one answer; evidence is stored either way. Raises SSError (502) when no answer came."""
        started_at, clock = now(), time.monotonic()
        call_id = f"{operation}-{started_at.strftime('%Y%m%dT%H%M%S%fZ')}-{_sha256(prompt)[:12]}"
        _log.info("SS_LLM_CALL_START", job_id=job_id, llm_call_id=call_id, operation=operation)
        outcome = self._call(job_id, call_id, prompt)
        meta = self._meta(call_id, operation, prompt, started_at, outcome)
        meta["duration_ms"] = round((time.monotonic() - clock) * 1000)
        self._keep(job_id, call_id, prompt, outcome.text, meta)
        _log.info("SS_LLM_CALL_DONE", job_id=job_id, llm_call_id=call_id, operation=operation, ok=meta["ok"])
        if outcome.error is not None:
            raise SSError(
                502,
                "LLM_CALL_FAILED",
                f"llm call failed: {job_id}:{call_id}",
                operation=operation,
                llm_call_id=call_id,
                attempts=outcome.attempts,
                reason=type(outcome.error).__name__,
            ) from outcome.error
        return LlmReply(call_id, outcome.text)

    def _call(self, job_id: str, call_id: str, prompt: str) -> _Outcome:
        from openai import APIConnectionError, APIStatusError, OpenAIError, omit

        settings = self._settings
        for attempt in range(1, settings.max_attempts + 1):
            try:
                completion = self._provider().chat.completions.create(
                    model=settings.model,
                    messages=[{"role": "user", "content": prompt}],
                    max_tokens=_MAX_TOKENS,
                    temperature=omit if settings.temperature is None else settings.temperature,
                )
                return _Outcome(completion, None, attempt)
            except OpenAIError as error:
                _log.warning(
                    "SS_LLM_CALL_PROVIDER_ERROR",
                    job_id=job_id,
                    llm_call_id=call_id,
                    attempt=attempt,
                    error_type=type(error).__name__,
                )
                refused = isinstance(error, APIStatusError) and error.status_code < 500 and error.status_code != 429
                passing = isinstance(error, APIConnectionError | APIStatusError) and not refused
                if not passing or attempt == settings.max_attempts:
                    return _Outcome(None, error, attempt)
            pause = settings.backoff_base_seconds * 2 ** (attempt - 1)
            time.sleep(min(pause, settings.backoff_max_seconds))
        raise AssertionError("the last attempt returns")

    def _provider(self) -> "OpenAI":
        # The client library takes long to load; the API is ready to serve before anybody asks the LLM.
        from openai import OpenAI

        with self._client_lock:
            if self._client is None:
                self._client = OpenAI(
                    base_url=self._settings.base_url,
                    api_key=self._settings.api_key,
                    timeout=self._settings.timeout_seconds,
                    max_retries=0,
                )
            return self._client

    def _meta(self, call_id: str, operation: str, prompt: str, started_at: datetime, outcome: _Outcome) -> dict[str, Any]:
        settings, text = self._settings, outcome.text
        answer = {} if outcome.completion is None else outcome.completion.model_dump(mode="json")
        return {
            "schema_version": 1,
            "llm_call_id": call_id,
            "operation": operation,
            "started_at": started_at.isoformat(),
            "ended_at": now().isoformat(),
            "ok": outcome.error is None,
            "model": settings.model,
            "temperature": settings.temperature,
            "seed": settings.seed,
            "prompt_fingerprint": _sha256(prompt),
            "response_fingerprint": _sha256(text),
            "prompt_token_estimate": len(prompt) // _CHARACTERS_PER_TOKEN,
            "response_token_estimate": len(text) // _CHARACTERS_PER_TOKEN,
            "error_type": None if outcome.error is None else type(outcome.error).__name__,
            "error_message": None if outcome.error is None else str(outcome.error),
            "timeout_seconds": settings.timeout_seconds,
            "max_attempts": settings.max_attempts,
            "attempts": outcome.attempts,
            "provider": settings.provider,
            "provider_host": urlsplit(settings.base_url).netloc.rpartition("@")[2],
            "response_model": answer.get("model"),
            "response_id": answer.get("id"),
            "system_fingerprint": answer.get("system_fingerprint"),
            "usage": answer.get("usage"),
        }

    def _keep(self, job_id: str, call_id: str, prompt: str, response: str, meta: dict[str, Any]) -> None:
        folder = layout.llm_call(call_id)
        job_folder = self._store.folder(job_id)
        files.write_text(job_folder / folder / "prompt.txt", prompt)
        files.write_text(job_folder / folder / "response.txt", response)
        files.write_json(job_folder / folder / "meta.json", meta)
        kinds = (("llm.prompt", "prompt.txt"), ("llm.response", "response.txt"), ("llm.meta", "meta.json"))
        entries = self._store.describe(job_id, [(kind, f"{folder}/{name}") for kind, name in kinds])
        with self._store.edit(job_id) as job:
            add_to_index(job, entries)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def load_library() -> None:
    """Load the client library, which takes about a second, before the first call needs it."""
    importlib.import_module("openai")
