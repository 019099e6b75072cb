"""What can end a command: Stata's return codes, and the jumps of its control flow."""

from __future__ import annotations


class StataError(Exception):
    """A command failed with return code `rc`; `message` is what Stata prints before `r(rc);` (empty: nothing)."""

    def __init__(self, rc: int, message: str = "") -> None:
        super().__init__(message or f"r({rc})")
        self.rc = rc
        self.message = message
        self.gap = ""
        self.reported = False


class StopDo(Exception):
    """`exit` without an error: the do-file or program that runs ends here."""


class StopStata(Exception):
    """`exit #, STATA`: Stata itself ends, and `status` is the exit status of the process."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit {status}, STATA")
        self.status = status


class ContinueLoop(Exception):
    """`continue`, or `continue, break` when `leave` is set."""

    def __init__(self, leave: bool) -> None:
        super().__init__("continue")
        self.leave = leave


def gap(what: str) -> StataError:
    """An error for something that Stata has and this engine has not: `what` names it, as `command X` or `option X`.

    Stata's own message for an unknown command comes first; the line that names the gap is one line, never wrapped.
    """
    error = StataError(199, f"{what} is unrecognized" if what.startswith("command ") else "")
    error.gap = f"(rehearsal engine: {what} is Stata's own and is not implemented here; this gap is the engine's)"
    return error


def not_found(name: str) -> StataError:
    """r(111) for a variable that is not there."""
    return StataError(111, f"variable {name} not found")


def syntax_error() -> StataError:
    """r(198), `invalid syntax`."""
    return StataError(198, "invalid syntax")


def type_mismatch() -> StataError:
    """r(109): a string where a number belongs, or the reverse."""
    return StataError(109, "type mismatch")
