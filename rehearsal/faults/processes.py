"""Programs of SS that do each other's work."""

import os
import threading
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of


def _the_api_works_and_the_worker_waits() -> None:
    """In the API the worker's loop runs beside the server; in the worker it never finds a job."""
    from rehearsal.reference_ss.api import serve
    from rehearsal.reference_ss.settings import Settings
    from rehearsal.reference_ss.store.queue import Queue
    from rehearsal.reference_ss.worker import loop

    work = loop.run

    @instead_of(loop, "run")
    def wait(original: Any, settings: Any) -> Any:
        instead_of(Queue, "claim")(lambda _original, *_: None)
        return original(settings)

    @instead_of(serve, "run")
    def serve_and_work(original: Any, settings: Any, host: str, port: int) -> Any:
        own = Settings.from_environment(os.environ, needs_stata=True)
        vars(loop)["signal"] = _NoSignals  # only the main thread may take them, and there the server runs
        threading.Thread(target=work, args=(own,), daemon=True).start()
        return original(settings, host, port)


class _NoSignals:
    SIGTERM = SIGINT = 0

    @staticmethod
    def signal(*_: Any) -> None:
        """Takes no signal."""


FAULTS = (
    Fault(
        name="api-does-the-workers-work",
        group="processes",
        what="The API takes the jobs from the queue and runs Stata itself, beside a worker that never finds one.",
        where=("api", "worker"),
        apply=_the_api_works_and_the_worker_waits,
        scenario="SS is started as in production, and it is known how",
        check="started.the_worker_runs_stata",
        saw=r"started by the API \(pid [0-9]+\), and not by the worker",
        severity="critical",
        verdict="NOT READY",
    ),
)
