"""What a Stata log is and how the run in it ended, in plain language.

Text alone never shows that Stata wrote it, so nothing here says "real". Serial numbers, licensees and user names do
not appear: what is reported of the head is version, edition and the form of the licence.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.consistency import Consistency, consistency
from ss_audit.stata_log.doubts import Doubt, doubts
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.model import StataLog
from ss_audit.stata_log.tables import find_tables

Standing = Literal["nothing speaks against Stata", "doubtful", "announces itself as a rehearsal", "not a stata log"]


class Remark(Fact):
    """One thing that was read, and what it was read from."""

    what: str
    reason: str


class Inspection(Fact):
    """The reading of one log. `outcome` and the rest as in StataLog.

    `commands` is how many were echoed, `tables` how many of each kind were found. `standing` sums up `doubts`: one
    strong doubt makes a log doubtful. `summary` is for people, in order.
    """

    kind: str
    version: str | None
    edition: str | None
    outcome: str
    newline: str
    encoding: str
    rehearsal: bool
    standing: Standing
    commands: int = 0
    tables: tuple[tuple[str, int], ...] = ()
    consistent_rows: int = 0
    coefficient_rows: int = 0
    doubts: tuple[Doubt, ...] = ()
    summary: tuple[Remark, ...] = ()


def inspect(raw: bytes) -> Inspection:
    """A file's bytes → what it is. Errors: none; what is no Stata log is said to be none."""
    log = read_log(raw)
    tables = find_tables(log)
    checked = consistency(tables)
    found = list(doubts(log))
    if not checked.plausible:
        what = f"{checked.rows - checked.consistent} of {checked.rows} coefficient rows contradict themselves"
        found.append(Doubt(what=what, reason="in genuine logs t, p and interval follow from b and se but for rounding"))
    counts = tuple(sorted(Counter(str(table.kind) for table in tables).items()))
    return Inspection(
        kind=log.kind,
        version=log.version,
        edition=log.edition,
        outcome=log.outcome,
        newline=log.newline,
        encoding=log.encoding,
        rehearsal=log.rehearsal,
        standing=_standing(log, found),
        commands=len(log.commands),
        tables=counts,
        consistent_rows=checked.consistent,
        coefficient_rows=checked.rows,
        doubts=tuple(found),
        summary=tuple(_summary(log, counts, checked)),
    )


def _standing(log: StataLog, found: list[Doubt]) -> Standing:
    if log.kind == "not a stata log":
        return "not a stata log"
    if log.rehearsal:
        return "announces itself as a rehearsal"
    return "doubtful" if any(d.strength == "strong" for d in found) else "nothing speaks against Stata"


def _summary(log: StataLog, tables: Sequence[tuple[str, int]], checked: Consistency) -> list[Remark]:
    if log.kind == "not a stata log":
        reason = "it has neither Stata's head, nor the head of a log that Stata opened, nor the echo of a do command"
        return [Remark(what="This is not a Stata log.", reason=reason)]
    found = [_kind(log)]
    if log.rehearsal:
        found.append(Remark(what="A rehearsal engine wrote it, not Stata.", reason="its head says so"))
    elif log.banner:
        edition = f", edition {log.banner.edition}" if log.banner.edition else ""
        name = "StataNow" if log.banner.now else "Stata"
        found.append(Remark(what=f"It claims {name} {log.banner.version}{edition}.", reason="the head; text can be imitated"))
    found.append(_outcome(log))
    if log.sessions > 1:
        found.append(Remark(what=f"It holds {log.sessions} runs; the last is reported.", reason="heads in the file"))
    if log.wrapped:
        found.append(Remark(what="Another program wrote lines around it.", reason="text before the head or after the end"))
    if tables:
        listed = ", ".join(f"{count} {kind}" for kind, count in tables)
        found.append(Remark(what=f"Tables: {listed}.", reason="heads of tables in the output"))
    if checked.rows:
        what = f"{checked.consistent} of {checked.rows} coefficient rows agree with themselves."
        found.append(Remark(what=what, reason="t, p and interval recomputed from the printed b and se"))
    return found


def _kind(log: StataLog) -> Remark:
    commands = f"{len(log.commands)} echoed commands"
    if log.kind == "batch":
        # A path may hold a user's name: the last part is enough.
        name = re.split(r"[/\\]", log.do_file)[-1] if log.do_file else ""
        what = f"A batch log, {commands}" + (f", of the do-file {name}." if name else ".")
        return Remark(what=what, reason="its head and the echo of the command line")
    form = "in SMCL" if log.kind == "smcl" else "as text"
    return Remark(what=f"A log that `log using` opened, {form}, {commands}.", reason="the head of such logs")


def _outcome(log: StataLog) -> Remark:
    if log.outcome == "ok":
        return Remark(what="The run ended well.", reason="the trailer holds an end and no return code")
    if log.outcome == "killed":
        return Remark(what="The run was cut off, or is still going on.", reason="there is no trailer")
    code = log.outcome[1:]
    return Remark(what=f"The run failed with return code {code}.", reason=f"the trailer says r({code});")
