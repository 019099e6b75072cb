"""A Stata that is none, or that computes something else."""

import re
from functools import partial
from typing import Any

from rehearsal.faults.disguise import HEAD
from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

GROUP = "fake Stata"
SCENARIO = "Real Stata runner is evidenced"
PUBLISHED = "A published data set gives the published estimates"
ECHO = "stata.the_log_echoes_the_do_file"
NUMBERS = "stata.the_numbers_are_right"
DECLARED_REAL = {"SS_STATA_CMD": "{python} -m rehearsal.stata"}
CANNED = """
. do stata.do

. regress y x

           x |        1.5         .1    15.00   0.000          1.3         1.7

.
end of do-file
"""


def _disguised() -> None:
    from rehearsal.stata import cli

    vars(cli)["BANNER"] = HEAD


def _canned_log() -> None:
    from rehearsal.stata import cli

    instead_of(cli, "_run")(lambda _original, out, *_: out.write(HEAD + CANNED) or 0)


def _importing(changed: Any) -> None:
    """Alters the columns that Stata reads. In: a function of a column's name, cells and options, and of how it is made."""
    from rehearsal.stata import csvfile

    @instead_of(csvfile, "to_column")
    def to_column(original: Any, name: str, cells: list[str], *how: bool) -> Any:
        return changed(original, name, cells, *how)


def _numbers_of_last_month() -> None:
    def older(original: Any, name: str, cells: list[str], *how: bool) -> Any:
        return original(name, [*cells[-7:], *cells[7:]], *how)

    _importing(older)


def _doubles() -> None:
    _importing(lambda original, name, cells, as_text=False, _=False: original(name, cells, as_text, True))


def _wrong_numbers() -> None:
    from rehearsal.stata import cli
    from rehearsal.stata.commands import regress

    vars(cli)["BANNER"] = HEAD
    instead_of(regress, "g9")(lambda original, x: original(x * 1.001))


def _robust_errors_for_classical() -> None:
    from rehearsal.stata.commands import regress

    instead_of(regress, "fit")(lambda original, y, x, constant, _, keys: original(y, x, constant, True, keys))


def _large_numbers_lose_digits() -> None:
    from rehearsal.stata.commands import regress

    @instead_of(regress, "fit")
    def fit(original: Any, y: list[float], x: list[list[float]], *how: Any) -> Any:
        return original(y, [[round(v / 64) * 64 for v in c] if max(c) > 100_000 else c for c in x], *how)


def _last_row_lost() -> None:
    from rehearsal.stata.commands import regress

    instead_of(regress, "fit")(lambda original, y, x, *how: original(y[:-1], [column[:-1] for column in x], *how))


def _another_do_file() -> None:
    from rehearsal.stata.interpreter import Interpreter

    @instead_of(Interpreter, "run_do")
    def run_do(original: Any, self: Any, path: Any, arguments: list[str]) -> None:
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"^regress .*$", lambda found: f"{found[0]} if 1", text, flags=re.M), "utf-8")
        original(self, path, arguments)


_fault = partial(Fault, group=GROUP, scenario=SCENARIO, verdict="NOT READY")
FAULTS = (
    _fault(
        name="stata-is-true",
        what="The configured Stata is /bin/true: it does nothing and ends with 0.",
        env={"SS_STATA_CMD": "/bin/true"},
        check="stata.the_runner_is_real",
        saw="the process that ran is true, which is no Stata",
        severity="critical",
        seen="an upstream test suite runs its worker on a fake Stata of this kind and calls it end to end",
    ),
    _fault(
        name="stata-canned-log",
        what="Stata is a program that writes the same plausible log whatever it is asked.",
        env=DECLARED_REAL,
        where=("stata",),
        apply=_canned_log,
        check=ECHO,
        saw="lines of the do-file are echoed; first difference",
        severity="critical",
    ),
    _fault(
        name="stata-log-of-older-data",
        what="The log is that of last month's data, with today's date on it.",
        where=("stata",),
        apply=_numbers_of_last_month,
        check=NUMBERS,
        saw=r"\d+ of \d+ printed numbers as recomputed; ",
        severity="critical",
    ),
    _fault(
        name="stata-in-disguise",
        what="An engine that is no Stata computes everything right and puts Stata's head on its log.",
        env=DECLARED_REAL,
        where=("stata",),
        apply=_disguised,
        check="stata.the_runner_is_real",
        saw="the process that ran is python[^ ]*, which is no Stata",
        severity="critical",
    ),
    _fault(
        name="stata-wrong-numbers",
        what="The log has Stata's head, and every coefficient is off by a thousandth.",
        env=DECLARED_REAL,
        where=("stata",),
        apply=_wrong_numbers,
        check=NUMBERS,
        saw=r"printed numbers as recomputed; .*_cons|printed numbers as recomputed; ",
        severity="critical",
    ),
    _fault(
        name="stata-double-precision",
        what="The data are kept in double precision, which Stata's import does not do.",
        where=("stata",),
        apply=_doubles,
        check=NUMBERS,
        saw="never stored single precision",
        severity="major",
    ),
    _fault(
        name="stata-other-standard-errors",
        what="The ordinary regression reports robust standard errors.",
        where=("stata",),
        apply=_robust_errors_for_classical,
        check=NUMBERS,
        saw="printed numbers as recomputed; ",
        severity="critical",
    ),
    _fault(
        name="stata-last-row-lost",
        what="The regression leaves out the last row of the data.",
        where=("stata",),
        apply=_last_row_lost,
        check=NUMBERS,
        saw="printed numbers as recomputed; ",
        severity="critical",
    ),
    Fault(
        group=GROUP,
        verdict="INCONCLUSIVE",
        blame="operator",
        name="stata-large-numbers-lose-digits",
        what="The regression loses the last digits of numbers above a hundred thousand.",
        where=("stata",),
        apply=_large_numbers_lose_digits,
        scenario=PUBLISHED,
        check="published.estimates_are_the_published_ones",
        saw="instead of",
        severity="major",
    ),
    _fault(
        name="stata-ran-another-do-file",
        what="The do-file is altered after it was stored and before it is run.",
        where=("stata",),
        apply=_another_do_file,
        check=ECHO,
        saw="lines of the do-file are echoed; first difference",
        severity="critical",
    ),
)
