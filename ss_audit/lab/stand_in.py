"""The rehearsal LLM as a process, started by command as any provider's server would be."""

import json
import os
import sys
import time
from pathlib import Path

from ss_audit.stack.environment import child_environment
from ss_audit.stack.errors import NotReady, ProcessDied
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.sidecar import Keeper

COMMAND = (sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0")
READY = "REHEARSAL_LLM_READY"
FAULT = "SS_REHEARSAL_FAULT"  # the seeded defect of a fault run; nothing but the rehearsal's own programs reads it


class StandInLlm:
    """The rehearsal LLM. It chooses its own port and says so on its first line."""

    def __init__(self, keeper: Keeper, folder: Path) -> None:
        self._keeper = keeper
        self._folder = folder
        self._process: ManagedProcess | None = None

    def start(self, timeout: float) -> str:
        """Starts it. Out: its base URL. Raises `ProcessDied` or `NotReady` (s)."""
        log = self._folder / "rehearsal-llm.log"
        env = child_environment({name: os.environ[name] for name in (FAULT,) if name in os.environ}, os.environ)
        self._process = ManagedProcess("rehearsal LLM", COMMAND, env=env, cwd=self._folder, log=log, keeper=self._keeper)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for line in log.read_text("utf-8", "replace").splitlines():
                if READY in line:
                    return f"http://127.0.0.1:{json.loads(line)['port']}/v1"
            if not self._process.is_alive:
                tail = log.read_text("utf-8", "replace").splitlines()[-20:]
                raise ProcessDied("rehearsal LLM", self._process.pid, self._process.exit_status, tail)
            time.sleep(0.02)
        raise NotReady(timeout, "the rehearsal LLM to listen", COMMAND)

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.stop()
