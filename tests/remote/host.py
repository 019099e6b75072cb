"""What an operator has on another host: scripts that start, stop, show and alter the SS there. `host.py HOME ACTION [WORD]`.

HOME holds `host.json` with the port of the API and the environment of SS, pid files, logs, the library and an ado folder.
Nothing of whoever calls reaches SS: it gets the environment of that file alone.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Any

HOME = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
ROLES = ("api", "worker")


def settings() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((HOME / "host.json").read_text("utf-8"))
    return told


def start() -> None:
    told = settings()
    for role in ROLES:
        rotate(HOME / f"{role}.log")
    where = {"api": ["--host", "127.0.0.1", "--port", str(told["port"])], "worker": []}
    for role in ROLES:
        with (HOME / f"{role}.log").open("ab") as log:
            command = [sys.executable, "-m", "rehearsal.reference_ss", role, *where[role]]
            process = subprocess.Popen(
                command, cwd=told["root"], env=told["environment"], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started = time.time() + float(told.get("clock_ahead", 0))
        (HOME / f"{role}.pid").write_text(json.dumps([process.pid, started, " ".join(command)]))


def rotate(log: Path) -> None:
    """As a log rotation does: what was written so far lies in another file, which nobody shows."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def stop() -> None:
    for role in reversed(ROLES):
        file = HOME / f"{role}.pid"
        if file.exists():
            pid = json.loads(file.read_text())[0]
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            until_gone(pid)
            file.unlink()


def until_gone(pid: int) -> None:
    end_at = time.monotonic() + 15
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end_at:
        with contextlib.suppress(ChildProcessError, OSError):
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)


def wait() -> None:
    """Until the API answers and the worker has logged its start."""
    url, end_at = f"http://127.0.0.1:{settings()['port']}/health/live", time.monotonic() + 60
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end_at:
        with contextlib.suppress(OSError):
            opener.open(url, timeout=5).close()
            if "SS_WORKER_STARTUP" in (HOME / "worker.log").read_text():
                return
        time.sleep(0.05)
    raise SystemExit("SS did not start")


def processes() -> None:
    for role in ROLES:
        pid, started, command = json.loads((HOME / f"{role}.pid").read_text())
        print(f"{role} pid={pid} started={started}: {command}")


def swap(folder: str) -> None:
    library = HOME / "library"
    shutil.rmtree(library)
    shutil.copytree(folder, library)


def usage() -> None:
    """What a provider's own count looks like; here it is made from what SS sent."""
    metas = [json.loads(path.read_text()) for path in (HOME / "jobs").rglob("llm/*/meta.json")]
    print(json.dumps({"data": [{"model": str(meta["model"]), "calls": 1} for meta in metas]}))


def main(action: str, *words: str) -> None:
    if action == "restart":
        stop()
        start()
    elif action == "log":
        sys.stdout.buffer.write((HOME / f"{words[0]}.log").read_bytes())
    elif action == "library":
        with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as packed:
            packed.add(HOME / "library", "stata_do_library")
    elif action == "install":
        shutil.copy(words[0], HOME / "ado")
    elif action == "remove":
        (HOME / "ado" / f"{words[0]}.ado").unlink(missing_ok=True)
    elif action == "swap":
        swap(words[0])
    else:
        {"start": start, "stop": stop, "wait": wait, "processes": processes, "usage": usage}[action]()


if __name__ == "__main__":
    main(*sys.argv[2:])
