"""How a Stata run ended, read from the end of its log: Stata's exit status is 0 even after an error."""

import re
from typing import Any

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.store.models import RunFailure
from rehearsal.reference_ss.worker.stata import StataRun

_RETURN_CODE = re.compile(r"r\((\d+)\);")
_UNRECOGNIZED = re.compile(r"^(?:command (\S+) is unrecognized|unrecognized command:\s+(\S+))\s*$", re.MULTILINE)
_END = "end of do-file"
_BREAK = "--Break--"
_UNRECOGNIZED_CODE = 199
_MESSAGE_LINES = 3

_log = jsonlog.logger(__name__)


def failure_of(run: StataRun) -> RunFailure | None:
    """What went wrong, or None for a run whose log ends as a completed do-file's does."""
    if run.start_error is not None:
        return RunFailure(error_code="STATA_START_FAILED", message=f"stata could not be started: {run.start_error}")
    if run.timed_out:
        message = f"stata did not end within {run.timeout_seconds:g} s"
        return RunFailure(error_code="STATA_TIMEOUT", message=message, timed_out=True)
    log = (run.log or b"").decode("utf-8", errors="replace")
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    last = _RETURN_CODE.fullmatch(lines[-1]) if lines else None
    if last:
        return _error_in_do_file(int(last.group(1)), log, lines, run.exit_code)
    if run.exit_code != 0:
        message = f"stata exited with code {run.exit_code}"
        return RunFailure(error_code="STATA_NONZERO_EXIT", message=message, exit_code=run.exit_code)
    if not lines:
        return RunFailure(error_code="STATA_LOG_MISSING", message="stata left no log", exit_code=run.exit_code)
    if lines[-1].removeprefix(". ") != _END:
        message = "the log of stata does not reach the end of the do-file"
        return RunFailure(error_code="STATA_LOG_INCOMPLETE", message=message, exit_code=run.exit_code)
    return None


def log_end(run: StataRun, failure: RunFailure | None, *, job_id: str, run_id: str, step: str | None = None) -> None:
    """Say on the log how a run ended. In: the run, and the failure that it came to, or None."""
    told: dict[str, Any] = {
        "job_id": job_id,
        "run_id": run_id,
        "step": step,
        "exit_code": run.exit_code,
        "duration_ms": run.duration_ms,
        "cmd": list(run.command),
    }
    if failure is None:
        _log.info("SS_STATA_RUN_DONE", **told)
    else:
        _log.warning("SS_STATA_RUN_FAILED", **told, error_code=failure.error_code, timed_out=run.timed_out)


def _error_in_do_file(code: int, log: str, lines: list[str], exit_code: int | None) -> RunFailure:
    said = _said_before_the_end(lines)
    details: dict[str, Any] = {"return_code": code, "stata_message": said}
    unrecognized = _UNRECOGNIZED.findall(log)
    if code == _UNRECOGNIZED_CODE and unrecognized:
        command = "".join(unrecognized[-1])
        return RunFailure(
            error_code="STATA_COMMAND_UNRECOGNIZED",
            message=f"stata does not know the command {command}",
            details={**details, "command": command},
            exit_code=exit_code,
        )
    message = f"stata log ends in r({code}); {said}".rstrip()
    return RunFailure(error_code="STATA_RETURN_CODE", message=message, details=details, exit_code=exit_code)


def _said_before_the_end(lines: list[str]) -> str:
    """The lines that Stata printed between its last echoed command and the return codes at the end."""
    at = len(lines)
    while at and (_RETURN_CODE.fullmatch(lines[at - 1]) or lines[at - 1] in (_END, _BREAK, ". }", "}")):
        at -= 1
    said: list[str] = []
    while at and not lines[at - 1].startswith((".", ">")) and len(said) < _MESSAGE_LINES:
        at -= 1
        said.insert(0, lines[at])
    return " ".join(said)
