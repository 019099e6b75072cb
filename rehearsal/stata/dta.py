"""The .dta file format: writes release 118, reads 117 to 119 ([P] file formats .dta)."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from rehearsal.stata.dataset import Column, Dataset
from rehearsal.stata.errors import StataError, gap
from rehearsal.stata.values import INTEGER_LIMITS, MISSING, Value, is_missing, missing_code

_CODES = {"double": 65526, "float": 65527, "long": 65528, "int": 65529, "byte": 65530}
_KINDS = {code: kind for kind, code in _CODES.items()}
_PACK = {"double": "d", "float": "f", "long": "i", "int": "h", "byte": "b"}
_SECTIONS = (
    "variable_types",
    "varnames",
    "sortlist",
    "formats",
    "value_label_names",
    "variable_labels",
    "characteristics",
    "data",
    "strls",
    "value_labels",
)
_FLOAT_MISSING = 0x7F000000
_MISSING_STEP = 2.0**1011


@dataclass(frozen=True)
class _Widths:
    n: str
    label: str
    k: str
    name: int
    format: int
    variable_label: int
    sort: str


_LAYOUTS = {
    117: _Widths("I", "B", "H", 33, 49, 81, "H"),
    118: _Widths("Q", "H", "H", 129, 57, 321, "H"),
    119: _Widths("Q", "H", "I", 129, 57, 321, "I"),
}


def _tag(name: str, body: bytes) -> bytes:
    return f"<{name}>".encode() + body + f"</{name}>".encode()


def _fixed(text: str, size: int) -> bytes:
    return text.encode()[: size - 1].ljust(size, b"\0")


def dump(data: Dataset) -> bytes:
    """The bytes of a release 118 file that holds `data`."""
    columns = list(data.columns.values())
    if any(column.kind == "strL" for column in columns):
        raise gap("strL in a saved data set")
    label = data.label.encode()[:320]
    stamp = time.strftime("%d %b %Y %H:%M").encode()
    header = _tag("release", b"118") + _tag("byteorder", b"LSF") + _tag("K", struct.pack("<H", len(columns)))
    header += _tag("N", struct.pack("<Q", data.n)) + _tag("label", struct.pack("<H", len(label)) + label)
    header += _tag("timestamp", bytes([len(stamp)]) + stamp)
    order = [list(data.columns).index(name) + 1 for name in data.sorted_by]
    order += [0] * (len(columns) + 1 - len(order))
    bodies = {
        "variable_types": b"".join(struct.pack("<H", _code(column.kind)) for column in columns),
        "varnames": b"".join(_fixed(column.name, 129) for column in columns),
        "sortlist": struct.pack(f"<{len(order)}H", *order),
        "formats": b"".join(_fixed(column.format, 57) for column in columns),
        "value_label_names": b"".join(_fixed(column.value_label, 129) for column in columns),
        "variable_labels": b"".join(_fixed(column.label, 321) for column in columns),
        "characteristics": b"",
        "data": _rows(columns),
        "strls": b"",
        "value_labels": b"".join(_labels(name, labels) for name, labels in data.value_labels.items()),
    }
    out = b"<stata_dta>" + _tag("header", header)
    offsets = [0, len(out)]
    position = len(out) + len(_tag("map", bytes(112)))
    parts: list[bytes] = []
    for name in _SECTIONS:
        offsets.append(position)
        parts.append(_tag(name, bodies[name]))
        position += len(parts[-1])
    offsets += [position, position + len(b"</stata_dta>")]
    return out + _tag("map", struct.pack("<14Q", *offsets)) + b"".join(parts) + b"</stata_dta>"


def _code(kind: str) -> int:
    return _CODES.get(kind) or int(kind[3:])


def _rows(columns: list[Column]) -> bytes:
    pattern = "<" + "".join(_PACK.get(c.kind) or f"{c.kind[3:]}s" for c in columns)
    packer = struct.Struct(pattern)
    encoded = [[_encode(value, column.kind) for value in column.values] for column in columns]
    return b"".join(packer.pack(*row) for row in zip(*encoded, strict=True)) if columns else b""


def _encode(value: Value, kind: str) -> object:
    if isinstance(value, str):
        return value.encode()
    if not is_missing(value):
        return value if kind in ("float", "double") else int(value)
    step = round((value - MISSING) / _MISSING_STEP)
    if kind == "double":
        return value
    if kind == "float":
        return struct.unpack("<f", struct.pack("<I", _FLOAT_MISSING + step * 0x800))[0]
    return INTEGER_LIMITS[kind][1] + 1 + step


def _labels(name: str, labels: dict[int, str]) -> bytes:
    texts = b""
    offsets: list[int] = []
    for text in labels.values():
        offsets.append(len(texts))
        texts += text.encode() + b"\0"
    n = len(labels)
    body = struct.pack(f"<ii{n}i{n}i", n, len(texts), *offsets, *labels) + texts
    return _tag("lbl", struct.pack("<i", len(body)) + _fixed(name, 129) + b"\0\0\0" + body)


def load(raw: bytes) -> Dataset:
    """The data of a file of release 117 to 119; r(610) for another file."""
    if not raw.startswith(b"<stata_dta>"):
        raise gap("the .dta format before release 117") if raw[:1] in b"nqrs" else StataError(610, "file not Stata format")
    release = int(_between(raw, b"<release>", b"</release>"))
    layout = _LAYOUTS.get(release)
    if layout is None:
        raise StataError(610, "file from a more recent version of Stata")
    order = "<" if _between(raw, b"<byteorder>", b"</byteorder>") == b"LSF" else ">"
    k = struct.unpack_from(order + layout.k, raw, raw.index(b"<K>") + 3)[0]
    n = struct.unpack_from(order + layout.n, raw, raw.index(b"<N>") + 3)[0]
    size = struct.unpack_from(order + layout.label, raw, raw.index(b"<label>") + 7)[0]
    start = raw.index(b"<label>") + 7 + struct.calcsize(layout.label)
    data = Dataset(n=n, label=raw[start : start + size].decode(errors="replace"))
    stamp = raw.index(b"<timestamp>") + 11
    data.timestamp = raw[stamp + 1 : stamp + 1 + raw[stamp]].decode(errors="replace")
    offsets = struct.unpack_from(order + "14Q", raw, raw.index(b"<map>") + 5)
    at = {name: offsets[2 + i] + len(name) + 2 for i, name in enumerate(_SECTIONS)}
    codes = struct.unpack_from(f"{order}{k}H", raw, at["variable_types"])
    kinds = [_KINDS.get(code) or (f"str{code}" if code <= 2045 else "strL") for code in codes]
    if "strL" in kinds:
        raise gap("strL in a data set")
    names = _strings(raw, at["varnames"], layout.name, k)
    formats = _strings(raw, at["formats"], layout.format, k)
    attached = _strings(raw, at["value_label_names"], layout.name, k)
    labels = _strings(raw, at["variable_labels"], layout.variable_label, k)
    values = _columns(raw, at["data"], kinds, n, order)
    for index, name in enumerate(names):
        data.columns[name] = Column(name, kinds[index], values[index], formats[index], labels[index], attached[index])
    for position in struct.unpack_from(f"{order}{k + 1}{layout.sort}", raw, at["sortlist"]):
        if not position:
            break
        data.sorted_by.append(names[position - 1])
    _read_labels(raw, at["value_labels"], layout, order, data)
    return data


def _between(raw: bytes, start: bytes, end: bytes) -> bytes:
    low = raw.index(start) + len(start)
    return raw[low : raw.index(end, low)]


def _strings(raw: bytes, start: int, size: int, count: int) -> list[str]:
    cells = [raw[start + i * size : start + (i + 1) * size] for i in range(count)]
    return [cell.split(b"\0", 1)[0].decode(errors="replace") for cell in cells]


def _columns(raw: bytes, start: int, kinds: list[str], n: int, order: str) -> list[list[Value]]:
    unpacker = struct.Struct(order + "".join(_PACK.get(kind) or f"{kind[3:]}s" for kind in kinds))
    result: list[list[Value]] = [[] for _ in kinds]
    for i in range(n):
        for index, cell in enumerate(unpacker.unpack_from(raw, start + i * unpacker.size)):
            result[index].append(_decode(cell, kinds[index]))
    return result


def _decode(cell: object, kind: str) -> Value:
    if isinstance(cell, bytes):
        return cell.split(b"\0", 1)[0].decode(errors="replace")
    number = float(cell)  # type: ignore[arg-type]
    if kind in INTEGER_LIMITS and number > INTEGER_LIMITS[kind][1]:
        step = int(number) - INTEGER_LIMITS[kind][1] - 1
        return missing_code(chr(96 + step) if step else "")
    if kind == "float" and number >= 2.0**127:
        step = (struct.unpack("<I", struct.pack("<f", number))[0] - _FLOAT_MISSING) // 0x800
        return missing_code(chr(96 + step) if step else "")
    return number


def _read_labels(raw: bytes, start: int, layout: _Widths, order: str, data: Dataset) -> None:
    position = start
    while raw.startswith(b"<lbl>", position):
        position += 5
        size = struct.unpack_from(order + "i", raw, position)[0]
        name = _strings(raw, position + 4, layout.name, 1)[0]
        body = position + 4 + layout.name + 3
        count = struct.unpack_from(order + "i", raw, body)[0]
        numbers = struct.unpack_from(f"{order}{2 * count}i", raw, body + 8)
        texts = body + 8 + 8 * count
        data.value_labels[name] = {
            number: raw[texts + offset : raw.index(b"\0", texts + offset)].decode(errors="replace")
            for offset, number in zip(numbers[:count], numbers[count:], strict=True)
        }
        position = body + size + len(b"</lbl>")
