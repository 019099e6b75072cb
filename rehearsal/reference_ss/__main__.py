"""Command line: `python -m rehearsal.reference_ss api --host H --port P` and `python -m rehearsal.reference_ss worker`.

Exit status: 0 after SIGTERM or SIGINT, 1 when the configuration does not let the process start, 2 for bad arguments.
"""

import argparse
import importlib
import os
import signal
import sys
from types import FrameType

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.settings import Settings, SettingsError


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Start one of the two processes and stay until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.reference_ss", description="Reference SS")
    roles = parser.add_subparsers(dest="role", required=True)
    api = roles.add_parser("api", help="serve the HTTP API")
    api.add_argument("--host", default="127.0.0.1")
    api.add_argument("--port", type=int, default=8000)
    roles.add_parser("worker", help="run queued jobs")
    arguments = parser.parse_args()

    if fault := os.environ.get("SS_REHEARSAL_FAULT"):
        importlib.import_module("rehearsal.faults.applying").apply(fault, arguments.role)
    jsonlog.configure(os.environ.get("SS_LOG_LEVEL", "INFO"))
    # A signal that arrives before the server or the loop has its own handler ends the process in order, too.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        if arguments.role == "api":
            from rehearsal.reference_ss.api import serve

            return serve.run(Settings.from_environment(os.environ), host=arguments.host, port=arguments.port)
        from rehearsal.reference_ss.worker import loop

        return loop.run(Settings.from_environment(os.environ, needs_stata=True))
    except SettingsError as error:
        log = jsonlog.logger(__name__)
        role = arguments.role.upper()
        log.error(f"SS_{role}_STARTUP_FAILED", error_code=error.error_code, message=error.message, **error.details)
        log.error(f"SS_{role}_FATAL", error_code=error.error_code)
        return 1


if __name__ == "__main__":
    sys.exit(main())
