"""The operator's commands: the means where we can't act ourselves. Any program: ssh, kubectl, systemctl, schtasks.

A command is split into words as a POSIX shell does, and started without a shell; then `{name}` is filled in, word by word,
so that nothing that is filled in can become another word or command. Braces around anything else stay as they are; a word's
leading `~` is the home folder. Who needs a pipe writes `sh -c '…'`. It inherits the audit's whole environment (ssh agents,
KUBECONFIG) and gets no standard input. What it leaves running in the background when it ends well is left alone; at the time
limit everything it started is ended.
"""

import contextlib
import os
import secrets
import shlex
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Body, OperatorCommand, now
from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import StackError
from ss_audit.stack.logs import LEFT_OUT
from ss_audit.stack.sidecar import Keeper

MOST_BYTES = 64 * 2**20
LOGS = ("api_log_command", "worker_log_command")
"""Of a log that is too long the end is kept: what came since it was last read stands there."""
CANNOT_START = "it can't be started"
SHELLS_SAY_NOT_FOUND = (126, 127)


class MeansFailed(StackError):
    """A command of the operator's did not do what it is for. `run` is its record."""

    def __init__(self, run: OperatorCommand, detail: str) -> None:
        self.run = run
        self.blame = "operator" if run.never_ran else "environment"
        super().__init__(f"{run.setting} failed: {detail}\n  command: {run.command}")


class Operator:
    """Runs the operator's commands. `timeout` is what one may take (s); `folder` is where output lies while it is written."""

    def __init__(self, archive: Archive, keeper: Keeper, timeout: float, folder: Path) -> None:
        self.archive = archive
        self.timeout = timeout
        self.folder = folder
        self._keeper = keeper

    def run(
        self, setting: str, template: str, values: Mapping[str, str] | None = None, *, record_output: bool = True
    ) -> tuple[OperatorCommand, bytes]:
        """Runs one to its end. In: the setting's name, its text, what to fill in. Out: its record and its whole output.

        With `record_output` off the output is for the caller alone: it holds what is not ours to keep. Raises `MeansFailed`
        when it can't be started, does not end in time, or ends with another status than 0; it is on record then too.
        """
        words = filled(template, values or {})
        started_at, began = now(), time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.folder) as out, tempfile.TemporaryFile(dir=self.folder) as err:
            status, failure = self._to_its_end(words, out, err)
            output, errors = (_end(out) if setting in LOGS else _head(out)), _head(err)
        good = status == 0 and failure is None
        how = failure or f"exit status {status}"
        run = OperatorCommand(
            title=f"{setting}: {how}",
            setting=setting,
            command=shlex.join(words),
            started_at=started_at,
            elapsed_seconds=round(time.monotonic() - began, 3),
            exit_status=status,
            failure=failure,
            never_ran=status in SHELLS_SAY_NOT_FOUND or (failure or "").startswith(CANNOT_START),
            output=self.archive.body(output, "text/plain") if record_output else Body(size=len(output)),
            errors=self.archive.body(errors, "text/plain"),
        )
        if record_output or not good:
            run = self.archive.record(run)
        if not good:
            last = self.archive.redactor.mask(_last_line(errors) or _last_line(output))
            raise MeansFailed(run, f"{how}{f', saying: {last}' if last else ''}")
        return run, output

    def _to_its_end(self, words: Sequence[str], out: IO[bytes], err: IO[bytes]) -> tuple[int | None, str | None]:
        """Output goes to files: a pipe would stay open as long as what the command left in the background."""
        try:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        except OSError as error:
            return None, f"{CANNOT_START}: {error.strerror}: {words[0]}"
        birth = self._keeper.keep(process.pid)
        try:
            return process.wait(self.timeout), None
        except subprocess.TimeoutExpired:
            return None, f"it did not end within {self.timeout:g} s (timeout_command)"
        finally:
            if process.poll() is None:
                nobody = secrets.token_hex(16)  # no process carries this marker: family and descendants alone count
                sidecar.end(lambda: sidecar.kin({process.pid: birth}, nobody), 1.0)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1.0)
            self._keeper.release(process.pid)


def filled(template: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """A command's words with `{name}` filled in for each value that there is."""
    words = [os.path.expanduser(word) for word in shlex.split(template)]  # noqa: PTH111  (most words are no paths)
    for name, value in values.items():
        words = [word.replace(f"{{{name}}}", value) for word in words]
    return tuple(words)


def program_of(template: str) -> str:
    """The program that a command starts."""
    return filled(template, {})[0]


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(MOST_BYTES)


def _end(file: IO[bytes]) -> bytes:
    """All of it, or the last `MOST_BYTES` of it from the first whole line on, after a line that says how much is left out."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - MOST_BYTES - 1))
    if size <= MOST_BYTES:
        return file.read()
    file.readline()
    kept = file.read()
    return f"{LEFT_OUT.format(size - len(kept))}\n".encode() + kept


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
