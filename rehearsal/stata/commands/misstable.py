"""misstable summarize and misstable patterns."""

from __future__ import annotations

from rehearsal.stata.errors import gap
from rehearsal.stata.numfmt import g9, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import Parsed, parse
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.width import abbreviate

_UNIQUE_SHOWN = 500


@command("misstable")
def misstable(session: Session, rest: str) -> None:
    """`misstable summarize|patterns [varlist]`."""
    action, _, tail = rest.strip().partition(" ")
    action = action.rstrip(",")
    if len(action) >= 3 and "summarize".startswith(action):
        _summarize(session, parse(tail, "all showzeros", "gen:erate:= exok"))
    elif len(action) >= 3 and "patterns".startswith(action):
        _patterns(session, parse(tail, "freq asis exmiss", "bypat:terns rep:lace clear gen:erate:="))
    else:
        raise gap(f"command misstable {action}")


def _numeric(session: Session, parsed: Parsed) -> list[str]:
    names = session.varlist(parsed.anything) if parsed.anything else list(session.dataset.columns)
    return [name for name in dict.fromkeys(names) if not session.dataset.columns[name].is_text]


def _summarize(session: Session, parsed: Parsed) -> None:
    out = session.out
    rows = session.rows(parsed)
    lines: list[str] = []
    for name in _numeric(session, parsed):
        values = [session.dataset.columns[name].numbers[i] for i in rows]
        present = [x for x in values if not is_missing(x)]
        plain = sum(1 for x in values if x == MISSING)
        extended = len(values) - len(present) - plain
        if plain + extended == 0 and "all" not in parsed.options:
            continue
        unique = len(set(present))
        shown = f">{_UNIQUE_SHOWN}" if unique > _UNIQUE_SHOWN else integer(unique)
        low, high = (g9(min(present)), g9(max(present))) if present else (".", ".")
        counts = [integer(n) if n else "" for n in (plain, extended)]
        lines.append(
            f"  {abbreviate(name, 12):>12} |{counts[0]:>10}{counts[1]:>10}{integer(len(present)):>10}"
            f"  |{shown:>7}  {low:>9}   {high:>9}"
        )
    if not lines:
        out.line("(variables nonmissing or string)")
        return
    out.line(f"{'Obs<.':>68}")
    out.line(" " * 48 + "+" + "-" * 30)
    out.line(f"{'':15}|{'':32}| Unique")
    out.line("      Variable |     Obs=.     Obs>.     Obs<.  | values        Min         Max")
    out.line("  " + "-" * 13 + "+" + "-" * 32 + "+" + "-" * 30)
    for line in lines:
        out.line(line)
    out.line("  " + "-" * 77)


def _patterns(session: Session, parsed: Parsed) -> None:
    out = session.out
    rows = session.rows(parsed)
    columns = session.dataset.columns
    lacking = [n for n in _numeric(session, parsed) if any(is_missing(columns[n].numbers[i]) for i in rows)]
    if not lacking:
        out.line("(no missing values)")
        return
    counts = {name: sum(is_missing(columns[name].numbers[i]) for i in rows) for name in lacking}
    if "asis" not in parsed.options:
        lacking.sort(key=lambda name: counts[name])
    found: dict[tuple[int, ...], int] = {}
    for i in rows:
        pattern = tuple(int(not is_missing(columns[name].numbers[i])) for name in lacking)
        found[pattern] = found.get(pattern, 0) + 1
    complete = (1,) * len(lacking)
    others = sorted((p for p in found if p != complete), key=lambda p: (-found[p], p))
    freq = "freq" in parsed.options
    out.line()
    out.line("   Missing-value patterns")
    out.line("     (1 means complete)")
    out.line()
    out.line("              |   Pattern")
    head = "  ".join(str(k + 1) for k in range(len(lacking)))
    out.line(f"    {'Frequency' if freq else 'Percent  '} |  {head}")
    rule = "  ------------+-" + "-" * max(12, len(head) + 1)
    out.line(rule)

    def share(count: int, sign: str) -> str:
        if freq:
            return f"{integer(count):>11}   "
        percent = 100 * count / len(rows)
        text = "<1" if 0 < percent < 1 else f"{percent:.0f}"
        return f"{text:>9}{sign or ' '}    "

    marks = "  ".join("1" * len(lacking))
    out.line(f"{share(found.get(complete, 0), '%')}|  {marks}")
    out.line("              |")
    for pattern in others:
        out.line(f"{share(found[pattern], '')}|  {'  '.join(map(str, pattern))}")
    out.line(rule)
    out.line(f"{share(len(rows), '%')}|")
    out.line()
    out.paragraph("  Variables are  " + "  ".join(f"({k + 1}) {name}" for k, name in enumerate(lacking)), 17)
    session.set_r(N_complete=found.get(complete, 0), N_incomplete=len(rows) - found.get(complete, 0))
