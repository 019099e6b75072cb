"""The API process: builds its parts, serves them with uvicorn, says on its log that it is up."""

import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.api.app import build_app
from rehearsal.reference_ss.api.services import Services
from rehearsal.reference_ss.llm import client as llm_client
from rehearsal.reference_ss.settings import Settings, SettingsError

_GRACE_SECONDS = 5

_log = jsonlog.logger(__name__)


def run(settings: Settings, host: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT. Out: exit status. Raises SettingsError for a port that can't be had."""
    services = Services.build(settings)
    listener = _listen(host, port)
    bound_port = listener.getsockname()[1]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        _log.info("SS_API_STARTUP", pid=os.getpid(), host=host, port=bound_port, library_dir=str(settings.library_dir))
        threading.Thread(target=llm_client.load_library, name="llm-library", daemon=True).start()
        yield
        _log.info("SS_API_SHUTDOWN", pid=os.getpid())

    config = uvicorn.Config(
        build_app(services, lifespan), log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"can't listen on {host} port {port}: {error}"
        raise SettingsError("API_ADDRESS_UNAVAILABLE", message, host=host, port=port) from error
    # asyncio turns Nagle's algorithm off only for sockets that it made; with it each answer is late by 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
