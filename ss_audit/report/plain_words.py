"""What could not be looked at, in one plain line instead of a Python traceback: it is no crash."""

from typing import Any

from behave.formatter.base import Formatter

from ss_audit.audit import CouldNotLook


class PlainWords(Formatter):  # type: ignore[misc]
    """Writes nothing itself. It stands before the other formatters, because behave has no hook between a step's end and
    its showing, and puts our words in the place of the traceback for them and for JUnit."""

    name = "plain_words"
    description = "the audit's own words for what could not be looked at"

    def result(self, step: Any) -> None:
        """After a step was executed, before it is shown."""
        gap = step.exception
        first = (str(gap).splitlines() or [""])[0]
        if isinstance(gap, CouldNotLook):
            step.error_message = f"      COULD NOT LOOK: {first}\n      blame: {gap.blame}; evidence: {gap.evidence}"
        elif isinstance(gap, OSError):
            step.error_message = f"      COULD NOT LOOK: the operating system refused: {first}\n      blame: environment"
