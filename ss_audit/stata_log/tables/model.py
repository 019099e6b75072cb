"""The tables that a log holds. Each keeps what was printed, digit by digit, and the command that printed it."""

from typing import Literal

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.printed import Printed


class Origin(Fact):
    """Where a table comes from.

    `command` is the echoed command, "" where it isn't echoed by itself (a loop whose body names several, a `quietly`
    block), `name` its name in full. `arguments` are its words (variables, in order), empty where macros stand in their
    place. `line` is where it stands in the log. `restriction` is its `if`, `in`, weight or `by`, "" for none.
    `changed_by` are the commands since the data were last loaded that may have changed values or observations.
    `as_double` says that the do-file had the data stored as double.
    """

    command: str = ""
    name: str = ""
    arguments: tuple[str, ...] = ()
    options: str = ""
    line: int = 0
    restriction: str = ""
    changed_by: tuple[str, ...] = ()
    as_double: bool = False

    @property
    def doubt(self) -> str | None:
        """Why the table need not show the data as they were loaded; None when it must."""
        if self.restriction:
            return f"the command is restricted: {self.restriction}"
        if self.changed_by:
            return f"the data were changed before: {self.changed_by[-1]}"
        return None if self.command else "the command that printed it is not echoed by itself"


class SummaryRow(Fact):
    """One variable of `summarize`; a string variable has only `n`, which is 0. `name` may be abbreviated with "~"."""

    name: str
    n: Printed
    mean: Printed | None = None
    sd: Printed | None = None
    min: Printed | None = None
    max: Printed | None = None


class SummarizeTable(Fact):
    """`summarize`."""

    kind: Literal["summarize"] = "summarize"
    origin: Origin
    rows: tuple[SummaryRow, ...]


class DetailTable(Fact):
    """`summarize, detail`. `title` is the variable's name or label; `statistics` are (name, printed): p1 … p99,
    smallest1 … 4 from the least, largest1 … 4 up to the greatest, n, sum_w, mean, sd, variance, skewness, kurtosis."""

    kind: Literal["summarize detail"] = "summarize detail"
    origin: Origin
    title: str
    statistics: tuple[tuple[str, Printed], ...]


class CoefficientRow(Fact):
    """One row of a coefficient table. `t` is a z where the command tests with the normal distribution."""

    name: str
    equation: str = ""
    b: Printed
    se: Printed | None = None
    t: Printed | None = None
    p: Printed | None = None
    low: Printed | None = None
    high: Printed | None = None
    note: str = ""


class CoefficientTable(Fact):
    """A table of coefficients of any estimation command; `regress` when `is_regress`.

    `statistic` is "t" or "z". `header` are the numbers above the table: n, f, df_m, df_r, p_f, r2, r2_a, rmse, and of
    the classic head also ss_m, ss_r, ss_t, ms_m, ms_r, ms_t. `vce` is "classic", "robust", "cluster" (then `clusters`
    names the variable) or "other". `level` is that of the intervals, in per cent.
    """

    kind: Literal["coefficients"] = "coefficients"
    origin: Origin
    outcome: str
    statistic: Literal["t", "z"] = "t"
    vce: Literal["classic", "robust", "cluster", "other"] = "classic"
    clusters: str = ""
    level: float = 95.0
    header: tuple[tuple[str, Printed], ...] = ()
    rows: tuple[CoefficientRow, ...]

    @property
    def is_regress(self) -> bool:
        """Whether it is ordinary least squares, which we can recompute."""
        names = {name for name, _ in self.header}
        if self.statistic != "t" or not {"n", "r2", "rmse"} <= names:
            return False
        return self.origin.name == "regress" or (self.origin.name == "" and "f" in names)


class GroupRow(Fact):
    """One row of a t test: a group, "combined" or "diff"."""

    name: str
    n: Printed | None = None
    mean: Printed | None = None
    se: Printed | None = None
    sd: Printed | None = None
    low: Printed | None = None
    high: Printed | None = None


class TTestTable(Fact):
    """A two-sample t test by groups. `p_less`, `p_both`, `p_more` are the three probabilities, as Stata orders them."""

    kind: Literal["ttest"] = "ttest"
    origin: Origin
    variable: str
    by: str
    unequal: bool
    welch: bool
    level: float = 95.0
    rows: tuple[GroupRow, ...]
    t: Printed
    df: Printed
    p_less: Printed
    p_both: Printed
    p_more: Printed


class TabstatTable(Fact):
    """`tabstat` in either orientation: (variable, statistic, printed). Statistics are named n, mean, sd, p50 and so on."""

    kind: Literal["tabstat"] = "tabstat"
    origin: Origin
    cells: tuple[tuple[str, str, Printed], ...]


class CorrelationTable(Fact):
    """`correlate`: (row, column, printed) of the lower triangle, and the number of observations."""

    kind: Literal["correlate"] = "correlate"
    origin: Origin
    n: Printed
    cells: tuple[tuple[str, str, Printed], ...]


class FrequencyRow(Fact):
    """One value of a one-way table, as it is labelled."""

    label: str
    frequency: Printed
    percent: Printed
    cumulative: Printed | None = None


class FrequencyTable(Fact):
    """`tabulate` of one variable. `title` is its name or label."""

    kind: Literal["tabulate"] = "tabulate"
    origin: Origin
    title: str
    rows: tuple[FrequencyRow, ...]
    total: Printed


class CountTable(Fact):
    """What `count` printed."""

    kind: Literal["count"] = "count"
    origin: Origin
    count: Printed


Table = (
    SummarizeTable | DetailTable | CoefficientTable | TTestTable | TabstatTable | CorrelationTable | FrequencyTable | CountTable
)
