"""Getting at an SS over HTTP: TLS with the operator's own CA and client certificate, a proxy, and why nothing answers."""

import json
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from ss_audit.settings import Settings
from ss_audit.ss.wire import look
from ss_audit.stack.errors import StackError
from ss_audit.stack.interface import Connection
from ss_audit.stack.readiness import LIVENESS_PATH, READINESS_PATH

TENANT_HEADER = "X-SS-Tenant-ID"
NOBODY_BEHIND = (502, 503, 504)
"""What a gateway answers while there is no SS behind it."""
NOT_NOW = (429, 503)
LONGEST_TRY = 10.0
LONGEST_HEALTH = 1 << 20


class NotReachable(StackError):
    """Nothing answered for SS in time."""


class NotTrusted(StackError):
    """Who answers can't show that it is SS, or wants us to show who we are: the operator has to say whom to trust."""

    blame = "operator"


class Answer(NamedTuple):
    """The first answer: its status, and by how many seconds the host's clock is ahead of ours (None: it told no time)."""

    status: int
    clock_ahead: float | None


def connection(settings: Settings) -> Connection:
    """How the settings have SS reached. Raises `NotTrusted` for a file that can't be used."""
    headers = ((TENANT_HEADER, settings.tenant),) if settings.tenant else ()
    return Connection(_tls(settings.ca_file, settings.client_certificate), settings.proxy, headers)


def _tls(ca_file: Path | None, client_certificate: Path | None) -> ssl.SSLContext | None:
    if ca_file is None and client_certificate is None:
        return None
    what = "ca_file"
    try:
        context = ssl.create_default_context(cafile=str(ca_file.expanduser()) if ca_file else None)
        if client_certificate:
            what = "client_certificate"
            context.load_cert_chain(client_certificate.expanduser(), password=_no_password)
    except (OSError, ssl.SSLError) as error:
        wanted = "certificates" if what == "ca_file" else "a certificate with its key, without a password,"
        raise NotTrusted(f"{what} can't be used, a PEM file with {wanted} is wanted: {error}") from error
    return context


def _no_password() -> str:
    raise OSError("the key has a password")  # else OpenSSL would ask the terminal


def answer(base_url: str, way: Connection, seconds: float = LONGEST_TRY) -> Answer | str:
    """One look. Out: the answer, or why there is none, in words. Raises `NotTrusted`."""
    try:
        told = look(base_url + LIVENESS_PATH, min(seconds, LONGEST_TRY), way.tls, way.proxy, way.headers)
    except httpx.HTTPError as error:
        _refuse_distrust(base_url, error)
        return f"{type(error).__name__}: {error}"
    if told.status in NOBODY_BEHIND:
        return f"a gateway answers {told.status}: there is no SS behind it"
    return Answer(told.status, _ahead(told.headers.get("date")))


def _is_warming_up(base_url: str, way: Connection) -> bool:
    """Whether SS says "not ready now". Where it has no such route, or does not tell us, that is not said."""
    try:
        return look(base_url + READINESS_PATH, LONGEST_TRY, way.tls, way.proxy, way.headers).status in NOT_NOW
    except httpx.HTTPError:
        return False


def health(base_url: str, way: Connection) -> Any:
    """What health says, as JSON; None where it says nothing."""
    try:
        told = look(base_url + LIVENESS_PATH, LONGEST_TRY, way.tls, way.proxy, way.headers, LONGEST_HEALTH)
        return json.loads(told.body)
    except (httpx.HTTPError, ValueError, RecursionError):
        return None


def wait_until_reachable(
    base_url: str, way: Connection, timeout: float, still_there: Callable[[], None] = lambda: None
) -> Answer:
    """The answer of an SS that does not say that it is not ready; when the time is over, of one that lives.

    `still_there` raises when it is waited in vain. Raises `NotReachable` (s), `NotTrusted`.
    """
    end_at, pause = time.monotonic() + timeout, 0.05
    while True:
        found = answer(base_url, way, max(1.0, end_at - time.monotonic()))
        if isinstance(found, Answer) and not _is_warming_up(base_url, way):
            return found
        still_there()
        if time.monotonic() + pause >= end_at:
            if isinstance(found, Answer):
                return found
            raise NotReachable(
                f"nothing answered for SS at {base_url} within {timeout:g} s ({found}). Look at base_url, proxy and the "
                "tunnel; if SS is only slow, raise timeout_startup"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _refuse_distrust(base_url: str, error: BaseException) -> None:
    """Raises `NotTrusted` when TLS failed for want of trust; anything else may pass with time."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    text = str(cause or error)
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in text:
        why = getattr(cause, "verify_message", "") or text
        raise NotTrusted(
            f"the certificate of {base_url} is not trusted: {why}. If it is SS's, say who vouches for it: ca_file=… "
            "(a PEM file; for a self-signed certificate, that certificate). It is never trusted unseen"
        ) from error
    if "CERTIFICATE_REQUIRED" in text.upper().replace(" ", "_") or "HANDSHAKE_FAILURE" in text.upper().replace(" ", "_"):
        raise NotTrusted(f"{base_url} wants a client certificate ({text}): give client_certificate=…, a PEM file") from error


def _ahead(date: str | None) -> float | None:
    try:
        return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds() if date else None
    except (TypeError, ValueError):
        return None
