"""The HTTP exchanges of a run as HAR 1.2, one archive an observation: what any browser's network panel opens.

Which observation an exchange belongs to, the order of the event log tells: it lies between the start of an observation and
its end, and of several that are open the one that started last is meant. Made from the log alone, so that it can be made
again and compared.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ss_audit.evidence.bag import digest_of
from ss_audit.evidence.model import Body, Evidence, Exchange, Fact

OUTSIDE = "outside of any observation"
CREATOR = {"name": "ss-audit", "version": "1"}
RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""RFC 9110, section 15. Python calls these otherwise before 3.13, and an archive has to be the same on each."""
LARGEST = 2 << 20
"""Bytes of a kept file that are repeated in an archive; of a larger one the archive names the file."""
ALL_TOGETHER = 16 << 20
"""Bytes of kept files that one archive repeats, all together: it is made in memory, and lies beside the files anyway."""


class _Room:
    """What an archive may still repeat of the kept files."""

    def __init__(self) -> None:
        self._left = ALL_TOGETHER

    def takes(self, size: int) -> bool:
        fits = size <= min(LARGEST, self._left)
        self._left -= size if fits else 0
        return fits


class Step(Fact):
    """What the log says in a line, as far as it matters here: an observation `started` or `ended`, or an `exchange`."""

    what: str
    name: str


def grouped(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """The ids of the exchanges of each observation, by the path of its archive; without exchanges there is none."""
    open_now: list[str] = []
    groups: dict[str, list[str]] = {}
    count = 0
    for step in steps:
        if step.what == "started":
            count += 1
            open_now.append(f"har/{count:02d}-{step.name}.har")
        elif step.what == "ended":
            ended = [i for i, path in enumerate(open_now) if path.endswith(f"-{step.name}.har")]
            del open_now[ended[-1] if ended else len(open_now) :]
        else:
            groups.setdefault(open_now[-1] if open_now else f"har/00-{OUTSIDE.replace(' ', '-')}.har", []).append(step.name)
    return {path: tuple(ids) for path, ids in sorted(groups.items())}


def archives(groups: Mapping[str, Sequence[str]], entries: Mapping[str, Evidence], data: Path) -> Iterator[tuple[str, bytes]]:
    """Each archive with its path, one at a time. `data` is where the kept files lie. Raises OSError, KeyError."""
    for path, ids in groups.items():
        exchanges = [entry for entry in (entries[i] for i in ids) if isinstance(entry, Exchange)]
        yield path, archive(path.rpartition("/")[2].removesuffix(".har"), exchanges, data)


def archive(name: str, exchanges: Sequence[Exchange], data: Path) -> bytes:
    """One HAR 1.2 document with a page of this name. Raises OSError when a kept file can't be read."""
    room = _Room()
    made = [_entry(exchange, data, room) for exchange in exchanges]
    first = min((entry["startedDateTime"] for entry in made), default="1970-01-01T00:00:00+00:00")
    page: dict[str, Any] = {"startedDateTime": first, "id": name, "title": name, "pageTimings": {}}
    log = {"version": "1.2", "creator": CREATOR, "pages": [page], "entries": [{"pageref": name, **e} for e in made]}
    return json.dumps({"log": log}, ensure_ascii=True, indent=1).encode("ascii")


def _entry(exchange: Exchange, data: Path, room: _Room) -> dict[str, Any]:
    elapsed = max(exchange.elapsed_ms, 0.0)
    started = exchange.at - timedelta(milliseconds=elapsed)
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds"),
        "time": elapsed,
        "request": _request(exchange, data, room),
        "response": _response(exchange, data, room),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        "comment": exchange.title,
        "_evidence": exchange.id,
    }


def _request(exchange: Exchange, data: Path, room: _Room) -> dict[str, Any]:
    body = exchange.request_body
    request = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(exchange.request_headers, "cookie"),
        "headers": _pairs(exchange.request_headers),
        "queryString": _pairs(_query(exchange.url)),
        "headersSize": -1,
        "bodySize": body.size,
    }
    if body.size:
        kept = _content(body, data, room)
        request["postData"] = {"mimeType": body.media_type, "params": [], "text": kept.pop("text", ""), **_marked(kept)}
    return request


def _response(exchange: Exchange, data: Path, room: _Room) -> dict[str, Any]:
    body = exchange.response_body
    location = next((value for name, value in exchange.response_headers if name.lower() == "location"), "")
    response = {
        "status": exchange.status or 0,
        "statusText": _phrase(exchange.status),
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(exchange.response_headers, "set-cookie"),
        "headers": _pairs(exchange.response_headers),
        "content": {"size": body.size, "mimeType": body.media_type, **_content(body, data, room)},
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": -1 if exchange.status is None else body.size,
    }
    return response if exchange.failure is None else {**response, "_error": exchange.failure}


def _content(body: Body, data: Path, room: _Room) -> dict[str, Any]:
    """The payload as HAR's `content` has it: text, or base64; and where it was too large for that, where it lies."""
    if body.text is not None:
        return {"text": body.text, **({"comment": "cut at the limit"} if body.cut else {})}
    if body.file is None:
        return {"text": ""} if not body.size else {"comment": f"not kept; sha256 of the original {body.sha256}"}
    kept = data / body.file
    if not room.takes(kept.stat().st_size):
        return {"comment": f"kept as data/{body.file}, sha256 of the copy {digest_of(kept)}"}
    return {"text": base64.b64encode(kept.read_bytes()).decode("ascii"), "encoding": "base64"}


def _marked(kept: Mapping[str, Any]) -> dict[str, Any]:
    """HAR 1.2 knows no encoding for what was sent; a field of ours says it."""
    return {f"_{name}" if name == "encoding" else name: value for name, value in kept.items()}


def _phrase(status: int | None) -> str:
    if status is None or status in RENAMED:
        return RENAMED.get(status or 0, "")
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def _cookies(headers: Iterable[tuple[str, str]], wanted: str) -> list[dict[str, str]]:
    """Names and values as they stand there; what follows the first pair of a Set-Cookie are its attributes (RFC 6265, 4)."""
    found: list[dict[str, str]] = []
    for name, value in headers:
        if name.lower() == wanted:
            pairs = [part.strip().partition("=") for part in value.split(";")]
            kept = pairs[:1] if wanted == "set-cookie" else pairs
            found += [{"name": key, "value": said} for key, equals, said in kept if equals]
    return found
