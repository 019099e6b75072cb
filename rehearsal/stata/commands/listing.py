"""list."""

from __future__ import annotations

from rehearsal.stata.dataset import Column, Dataset
from rehearsal.stata.numfmt import format_value
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.width import abbreviate, columns, pad_left, pad_right

_OPTIONS = (
    "noo:bs sep:arator:= sepby:= clean div:ider nolab:el noh:eader string:= ab:breviate:= compress nocompress "
    "fast table display header noc"
)


@command("l:ist", "li:st", by=True)
def list_(session: Session, rest: str) -> None:
    """`list [varlist] [if] [in] [, noobs separator(#) clean ...]`."""
    parsed = parse(rest, _OPTIONS, "mean:= sum:= N:= lab:var:= const:ant")
    data, out, options = session.dataset, session.out, parsed.options
    names = session.varlist(parsed.anything) if parsed.anything else list(data.columns)
    rows = session.rows(parsed)
    if not names or not rows:
        return
    separator = int(options.get("separator")) if "separator" in options else 5
    cells = [[_cell(data, data.columns[name], i, "nolabel" in options) for name in names] for i in rows]
    limit = int(options.get("abbreviate") or 32)
    heads = [abbreviate(name, limit) for name in names]
    widths = [max(columns(head), *(columns(row[j]) for row in cells)) for j, head in enumerate(heads)]
    left = [data.columns[name].format.startswith("%-") for name in names]
    digits = 0 if "noobs" in options else max(3, len(str(rows[-1] + 1)))
    gap = " " * (digits + 1 if digits else 0)
    if "clean" in options:
        out.line()
        out.line(gap + "  " + "   ".join(_pad(h, w, side) for h, w, side in zip(heads, widths, left, strict=True)))
        for i, row in zip(rows, cells, strict=True):
            number = f"{i + 1:>{digits}}." if digits else ""
            out.line(f"{number}  " + "   ".join(_pad(c, w, s) for c, w, s in zip(row, widths, left, strict=True)))
        return
    inner = sum(widths) + 3 * (len(widths) - 1) + 2
    indent = " " * (digits + 2) if digits else "  "
    out.line()
    out.line(f"{indent}+{'-' * inner}+")
    if "noheader" not in options:
        out.line(f"{indent}| " + "   ".join(_pad(h, w, s) for h, w, s in zip(heads, widths, left, strict=True)) + " |")
        out.line(f"{indent}|{'-' * inner}|")
    for position, (i, row) in enumerate(zip(rows, cells, strict=True)):
        if separator and position and position % separator == 0:
            out.line(f"{indent}|{'-' * inner}|")
        number = f"{i + 1:>{digits}}. " if digits else "  "
        out.line(f"{number}| " + "   ".join(_pad(c, w, s) for c, w, s in zip(row, widths, left, strict=True)) + " |")
    out.line(f"{indent}+{'-' * inner}+")


def _pad(text: str, width: int, left: bool) -> str:
    return pad_right(text, width) if left else pad_left(text, width)


def _cell(data: Dataset, column: Column, row: int, plain: bool) -> str:
    value = column.values[row]
    if column.value_label and not plain and not isinstance(value, str):
        label = data.value_labels.get(column.value_label, {}).get(int(value) if abs(value) < 2**31 else -(2**31))
        if label is not None:
            return label
    return format_value(value, column.format).strip() if not isinstance(value, str) else value
