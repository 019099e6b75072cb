"""import delimited and export delimited."""

from __future__ import annotations

from pathlib import Path

from rehearsal.stata import csvfile
from rehearsal.stata.commands.edit import reset_data
from rehearsal.stata.dataset import Column, Dataset
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import format_value, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import is_missing, missing_name, to_float32
from rehearsal.stata.words import parse_numlist, unquote

_IMPORT = (
    "clear varn:ames:= case:= enc:oding:= delim:iters:= rowr:ange:= colr:ange:= stringc:ols:= numericc:ols:= "
    "asdouble asfloat bindq:uotes:= maxquotedrows:= stripq:uote:= groupseparator:= decimalseparator:= parselocale:= "
    "emptylines:= threads:= favorstrfixed"
)
_EXPORT = "replace delim:iter:= novar:names nolab:el quote datafmt dateformat:="
_ENCODINGS = {
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "windows-1252": "cp1252",
    "ascii": "ascii",
    "utf-16": "utf-16",
}


@command("im:port")
def import_(session: Session, rest: str) -> None:
    """`import delimited [using] file [, options]`; other kinds of import are gaps."""
    kind, _, tail = rest.strip().partition(" ")
    if not (len(kind) >= 5 and "delimited".startswith(kind)):
        raise gap(f"command import {kind}")
    _import_delimited(session, tail)


@command("insheet")
def insheet(_session: Session, _rest: str) -> None:
    """A gap: superseded by import delimited."""
    raise gap("command insheet")


def _import_delimited(session: Session, rest: str) -> None:
    parsed = parse(rest, _IMPORT)
    options = parsed.options
    name = parsed.using if parsed.using is not None else unquote(parsed.anything)
    if not name:
        raise syntax_error()
    reset_data(session, parsed)
    path = Path(name).expanduser()
    path = path if path.suffix or path.is_file() else path.with_suffix(".csv")
    if not path.is_file():
        raise StataError(601, f"file {path} not found")
    text, note = _decode(path.read_bytes(), options.get("encoding").strip('"').lower())
    delimiter = _delimiter(options.get("delimiters"), text)
    rows = csvfile.read_rows(text, delimiter)
    names, body = _header(rows, options.get("varnames"), options.get("case") or "lower")
    if options.get("rowrange") or options.get("colrange"):
        raise gap("option rowrange() or colrange()")
    as_text = _columns(options.get("stringcols"), len(names))
    data = Dataset(n=len(body))
    for index, column_name in enumerate(names):
        cells = [row[index] for row in body]
        column = csvfile.to_column(column_name, cells, index in as_text, "asdouble" in options)
        label = rows[0][index].strip() if body is not rows and rows else ""
        column.label = label if label != column_name else ""
        data.columns[column_name] = column
    data.changed = True
    session.dataset = data
    if note:
        session.out.line(f"(encoding automatically selected: {note})")
    session.out.line(f"({_plural(len(names), 'var')}, {integer(data.n)} obs)")
    session.set_r(N=data.n, k=len(names), delimiter="comma" if delimiter == "," else delimiter)


def _plural(count: int, noun: str) -> str:
    return f"{integer(count)} {noun}{'' if count == 1 else 's'}"


def _decode(raw: bytes, encoding: str) -> tuple[str, str]:
    """The text, and the encoding to announce when none was asked for: what is pure ASCII counts as ISO-8859-1."""
    if encoding:
        chosen = _ENCODINGS.get(encoding, encoding)
        try:
            return raw.decode(chosen, errors="replace").lstrip("\ufeff"), ""
        except LookupError:
            raise StataError(198, f"encoding {encoding} not found") from None
    if raw.isascii():
        return raw.decode("ascii"), "ISO-8859-1"
    try:
        return raw.decode("utf-8").lstrip("\ufeff"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "ISO-8859-1"


def _delimiter(option: str, text: str) -> str:
    if not option:
        return csvfile.guess_delimiter(text)
    chosen = unquote(option.partition(",")[0])
    return {"comma": ",", "tab": "\t", "\\t": "\t", "space": " ", "whitespace": " "}.get(chosen, chosen[:1] or ",")


def _header(rows: list[list[str]], varnames: str, case: str) -> tuple[list[str], list[list[str]]]:
    width = len(rows[0]) if rows else 0
    if varnames in ("nonames", "non", "nonam") or (not varnames and rows and not csvfile.looks_like_names(rows[0])):
        return [f"v{index + 1}" for index in range(width)], rows
    line = int(varnames) if varnames.isdigit() else 1
    if not rows:
        return [], []
    return csvfile.column_names(rows[line - 1], case), rows[line:]


def _columns(option: str, width: int) -> frozenset[int]:
    if not option:
        return frozenset()
    if option == "_all":
        return frozenset(range(width))
    return frozenset(int(number) - 1 for number in parse_numlist(option))


@command("ex:port")
def export(session: Session, rest: str) -> None:
    """`export delimited [varlist] using file [, replace ...]`; other kinds of export are gaps."""
    kind, _, tail = rest.strip().partition(" ")
    if not (len(kind) >= 5 and "delimited".startswith(kind)):
        raise gap(f"command export {kind}")
    parsed = parse(tail, _EXPORT)
    varlist = "" if parsed.using is None else parsed.anything
    name = parsed.using if parsed.using is not None else unquote(parsed.anything)
    if not name:
        raise syntax_error()
    path = Path(name).expanduser()
    path = path if path.suffix else path.with_suffix(".csv")
    existed = path.exists()
    if existed and "replace" not in parsed.options:
        raise StataError(602, f"file {path} already exists")
    data = session.dataset
    names = session.varlist(varlist) if varlist else list(data.columns)
    if not names:
        raise StataError(102, "no variables defined")
    delimiter = _delimiter(parsed.options.get("delimiter"), ",")
    lines: list[str] = [] if "novarnames" in parsed.options else [delimiter.join(names)]
    columns = [data.columns[name] for name in names]
    options = parsed.options
    for i in session.rows(parsed):
        cells = [_cell(data, column, i, options.given, delimiter) for column in columns]
        lines.append(delimiter.join(cells))
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError:
        raise StataError(603, f"file {path} could not be opened") from None
    if not existed and "replace" in parsed.options:
        session.out.paragraph(f"(file {path} not found)")
    session.out.paragraph(f"file {path} saved")


def _cell(data: Dataset, column: Column, row: int, options: dict[str, str], delimiter: str) -> str:
    value = column.values[row]
    if isinstance(value, str):
        return csvfile.quote_cell(value, delimiter, "quote" in options)
    if is_missing(value):
        return "" if value == 2.0**1023 else missing_name(value)
    if column.value_label and "nolabel" not in options:
        labels = data.value_labels.get(column.value_label, {})
        if int(value) in labels and value == int(value):
            return csvfile.quote_cell(labels[int(value)], delimiter, "quote" in options)
    if "datafmt" in options:
        return csvfile.quote_cell(format_value(value, column.format).strip(), delimiter, False)
    return _shortest(value, column.kind)


def _shortest(value: float, kind: str) -> str:
    """A number in as few digits as give it back at its precision: floats from 7 to 9, doubles 15 to 17."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if kind == "float":
        text = format_value(value, "%9.0g").strip()
        return text if to_float32(float(text)) == value else format_value(value, "%11.0g").strip()
    return format_value(value, "%18.0g").strip()
