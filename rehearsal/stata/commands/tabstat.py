"""tabstat, without by()."""

from __future__ import annotations

from collections.abc import Callable

from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, syntax_error
from rehearsal.stata.exact import Moments, moments, percentile, square_root
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import format_value, parse_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.varlist import numeric_columns
from rehearsal.stata.width import abbreviate, pad_left

Statistic = Callable[[Moments, list[float]], float]


def _quantile(p: float) -> Statistic:
    return lambda _m, ordered: percentile(ordered, p)


def _ratio(top: float, bottom: float) -> float:
    return MISSING if is_missing(top) or not bottom else top / bottom


# name: (heading, statistic of the moments and the sorted values)
_STATISTICS: dict[str, tuple[str, Statistic]] = {
    "mean": ("Mean", lambda m, _x: m.mean),
    "count": ("N", lambda m, _x: float(m.n)),
    "n": ("N", lambda m, _x: float(m.n)),
    "sum": ("Sum", lambda m, _x: float(m.total)),
    "max": ("Max", lambda _m, ordered: ordered[-1] if ordered else MISSING),
    "min": ("Min", lambda _m, ordered: ordered[0] if ordered else MISSING),
    "range": ("Range", lambda _m, ordered: ordered[-1] - ordered[0] if ordered else MISSING),
    "sd": ("SD", lambda m, _x: m.sd),
    "variance": ("Variance", lambda m, _x: m.variance),
    "cv": ("CV", lambda m, _x: _ratio(m.sd, m.mean)),
    "semean": ("SE(mean)", lambda m, _x: square_root(m.m2 / (m.n - 1) / m.n) if m.n > 1 else MISSING),
    "skewness": ("Skewness", lambda m, _x: m.skewness),
    "kurtosis": ("Kurtosis", lambda m, _x: m.kurtosis),
    "median": ("p50", _quantile(50)),
    "iqr": ("IQR", lambda _m, ordered: percentile(ordered, 75) - percentile(ordered, 25) if ordered else MISSING),
}
_ALIASES = {
    "var": "variance",
    "sk": "skewness",
    "skew": "skewness",
    "k": "kurtosis",
    "kurt": "kurtosis",
    "med": "median",
    "c": "count",
    "N": "n",
    "me": "mean",
    "ma": "max",
    "mi": "min",
    "r": "range",
    "su": "sum",
    "v": "variance",
    "sem": "semean",
}
_ALL = ["mean"]


@command("tabstat", by=True)
def tabstat(session: Session, rest: str) -> None:
    """`tabstat varlist [if] [in] [, statistics() columns() format() save ...]`; r(StatTotal) when saved."""
    parsed = parse(
        rest,
        "s:tatistics:= stat:s:= c:olumns:= col:= f:ormat:= save long:stub labelw:idth:= varw:idth:= nosep:arator case:wise",
        "by:= not:otal m:issing",
    )
    options = parsed.options
    names = session.varlist(parsed.anything)
    if not names:
        raise syntax_error()
    columns = numeric_columns(names, session.dataset)
    chosen = _chosen(options.get("statistics") or options.get("stats") or "mean")
    rows = session.rows(parsed)
    if "casewise" in options:
        rows = [i for i in rows if not any(is_missing(column.numbers[i]) for column in columns)]
    cells: list[list[float]] = []
    for column in columns:
        values = sorted(x for i in rows if not is_missing(x := column.numbers[i]))
        m = moments(values, higher=any(key in ("skewness", "kurtosis") for key, _, _ in chosen))
        cells.append([statistic(m, values) for _, _, statistic in chosen])
    fmt = options.get("format") or "%9.0g"
    by_statistics = (options.get("columns") or options.get("col") or "variables").startswith("s")
    heads = [head for _, head, _ in chosen]
    if by_statistics:
        _table(session.out, "Variable", names, heads, cells, fmt)
    else:
        turned = [list(row) for row in zip(*cells, strict=True)]
        _table(session.out, "Stats", heads, names, turned, fmt)
    matrix = Matrix([list(row) for row in zip(*cells, strict=True)], [_row_name(head) for head in heads], names[:])
    session.set_r(**({"StatTotal": matrix} if "save" in options else {}))


def _row_name(head: str) -> str:
    return head


def _chosen(text: str) -> list[tuple[str, str, Statistic]]:
    result: list[tuple[str, str, Statistic]] = []
    for word in text.replace(",", " ").split():
        if word == "q":
            result += [(f"p{p}", f"p{p}", _quantile(p)) for p in (25, 50, 75)]
            continue
        if word[0] == "p" and word[1:].isdigit() and 1 <= int(word[1:]) <= 99:
            result.append((word, word, _quantile(int(word[1:]))))
            continue
        key = _ALIASES.get(word, word)
        if key not in _STATISTICS:
            raise StataError(198, f"unknown statistic: {word}")
        head, statistic = _STATISTICS[key]
        result.append((key, head, statistic))
    return result


def _table(out: Emitter, stub: str, rows: list[str], heads: list[str], cells: list[list[float]], fmt: str) -> None:
    """The table, in blocks of as many columns as the line holds."""
    left = 12 if stub == "Variable" else 8
    width = max(parse_format(fmt).width, 9) + 1
    per_block = max(1, (out.width - left - 2) // width)
    for start in range(0, len(heads), per_block):
        block = range(start, min(start + per_block, len(heads)))
        out.line()
        out.line(f"{stub:>{left}} |" + "".join(pad_left(abbreviate(heads[j], width - 1), width) for j in block))
        out.line("-" * (left + 1) + "+" + "-" * width * len(block))
        for name, row in zip(rows, cells, strict=True):
            shown = "".join(pad_left(format_value(row[j], fmt).strip(), width) for j in block)
            out.line(f"{abbreviate(name, left):>{left}} |{shown}")
        out.line("-" * (left + 2 + width * len(block)))
