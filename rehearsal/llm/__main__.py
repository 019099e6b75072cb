"""`python -m rehearsal.llm --host HOST --port PORT [--latency SECONDS] [--log FILE]`.

The first line on stdout is `{"event":"REHEARSAL_LLM_READY","port":N}`; with port 0 the system picks one. Ends on SIGTERM
and SIGINT with 0, and with 2 when it can't serve.
"""

import argparse
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from rehearsal.llm.server import CallLog, RehearsalServer


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 600:
        raise argparse.ArgumentTypeError("must be from 0 to 600")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to end. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="rehearsal.llm", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=_seconds, default=0.0, metavar="SECONDS", help="wait before every answer")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append a JSON line a call, without prompts or keys")
    options = parser.parse_args(arguments)
    try:
        server = RehearsalServer((options.host, options.port), options.latency, CallLog(options.log))
    except (OSError, OverflowError) as error:
        print(f"rehearsal LLM: can't listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2

    def end(_number: int, _frame: FrameType | None) -> None:
        # A second signal while Python shuts down would end it by signal instead of with 0.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(json.dumps({"event": "REHEARSAL_LLM_READY", "port": server.server_address[1]}), flush=True)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    if fault := os.environ.get("SS_REHEARSAL_FAULT"):
        importlib.import_module("rehearsal.faults.applying").apply(fault, "llm")
    sys.exit(main())
