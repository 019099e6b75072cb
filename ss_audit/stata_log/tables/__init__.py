"""The tables in a log: found by their heads, read with every printed digit, tied to the command that printed them."""

from ss_audit.stata_log.model import StataLog
from ss_audit.stata_log.tables.coefficients import find_coefficients
from ss_audit.stata_log.tables.model import (
    CoefficientRow,
    CoefficientTable,
    CorrelationTable,
    CountTable,
    DetailTable,
    FrequencyRow,
    FrequencyTable,
    GroupRow,
    Origin,
    SummarizeTable,
    SummaryRow,
    Table,
    TabstatTable,
    TTestTable,
)
from ss_audit.stata_log.tables.origins import origins
from ss_audit.stata_log.tables.other import find_correlations, find_counts, find_frequencies, find_tabstats
from ss_audit.stata_log.tables.summarize import find_details, find_summaries
from ss_audit.stata_log.tables.ttest import find_ttests
from ss_audit.stata_log.text import unwrapped

__all__ = [
    "CoefficientRow",
    "CoefficientTable",
    "CorrelationTable",
    "CountTable",
    "DetailTable",
    "FrequencyRow",
    "FrequencyTable",
    "GroupRow",
    "Origin",
    "SummarizeTable",
    "SummaryRow",
    "TTestTable",
    "Table",
    "TabstatTable",
    "find_tables",
]


def find_tables(log: StataLog) -> tuple[Table, ...]:
    """All tables in a log, in its order. Errors: none; what looks like no table that we know is passed over."""
    found: list[Table] = []
    for echoed, command, origin in origins(log.commands):
        if not echoed.output:
            continue
        lines = unwrapped(list(echoed.output), log.linesize)
        found += find_summaries(lines, origin)
        found += find_details(lines, origin)
        found += find_coefficients(lines, origin)
        found += find_ttests(lines, origin, command)
        found += find_tabstats(lines, origin, command)
        found += find_correlations(lines, origin)
        found += find_frequencies(lines, origin)
        found += find_counts(lines, origin, command)
    return tuple(found)
