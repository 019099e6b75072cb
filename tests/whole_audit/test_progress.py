"""A wait that takes long is said; a short one is not."""

import io
import re

from ss_audit.report.progress import Progress

from .running import waited_for


def test_a_long_wait_is_said_again_and_again() -> None:
    out = io.StringIO()
    progress = Progress(out, first_after=0.05)
    progress("main journey: finish")
    waited_for(lambda: out.getvalue().count("main journey: finish") >= 2 or None, 10.0)
    progress.close()
    assert re.match(r" +\.\.\. \d+ s: main journey: finish\n", out.getvalue())


def test_a_short_wait_and_no_wait_are_not_said() -> None:
    out = io.StringIO()
    progress = Progress(out, first_after=30.0)
    progress("starting SS (main)")
    progress("")
    progress.close()
    assert out.getvalue() == ""
