"""The files beside the log: each is one that the log knows, with the digest and the content that it says."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ss_audit.evidence import har
from ss_audit.evidence.model import Body, Evidence, Exchange, StoredArtifact
from ss_audit.planned import PLAN
from ss_audit.run_reading import LOG, RunRead
from ss_audit.verify.chain import FILE
from ss_audit.verify.problem import Problem, first_line_that_differs

INLINE_LIMIT = 1 << 20
COPIES = {"settings": "settings.json", "versions": "versions.json"}


def file_problems(run: RunRead, digests: Mapping[str, str], finished: bool) -> Iterator[Problem]:
    """In: the digests of the bundle's files as they are now, by path. Of an unfinished run only what was written is there."""
    present = {name.removeprefix("data/"): d for name, d in digests.items() if name.startswith("data/")}
    yield from _opening(run, present)
    for entry in run.entries.values():
        yield from _bodies(run, entry, present)
    if finished:
        yield from _filed(run, present)
        if all(event.data.get("archived") for event in run.of_type("closing")):  # else the verdict says that it broke
            yield from _archives(run, present)


def _opening(run: RunRead, present: Mapping[str, str]) -> Iterator[Problem]:
    """Plan, settings and versions are in the log and, for readers, in a file each."""
    for event in run.of_type("planned"):
        if PLAN not in present:
            yield Problem(f"data/{PLAN}", None, "it is not there")
        elif event.data.get("plan") != present[PLAN]:
            yield Problem(f"data/{PLAN}", None, f"it is not the plan whose digest stands in {FILE}, line {event.line}")
    for type_, name in COPIES.items():
        for event in run.of_type(type_):
            wanted = json.dumps(event.data, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")
            if name not in present:
                yield Problem(f"data/{name}", None, f"it is not there, and stands in {FILE}, line {event.line}")
            elif present[name] != hashlib.sha256(wanted).hexdigest():
                line = first_line_that_differs((run.data / name).read_bytes(), wanted)
                yield Problem(f"data/{name}", line, f"it says something else than {FILE}, line {event.line}")


def _bodies(run: RunRead, entry: Evidence, present: Mapping[str, str]) -> Iterator[Problem]:
    """The files that an entry names."""
    for field in type(entry).model_fields:
        body = getattr(entry, field)
        if isinstance(body, Body) and body.file is not None:
            wrong = _kept(run.data, body, present)
            if wrong:
                yield Problem(f"data/{body.file}", None, f"{wrong} ({FILE}, line {int(entry.id[1:])})")
    if isinstance(entry, StoredArtifact) and entry.exchange:
        download = run.entries.get(entry.exchange)
        if not isinstance(download, Exchange) or download.response_body != entry.body:
            line = int(entry.id[1:])
            yield Problem(FILE, line, f"the artifact {entry.rel_path!r} is not what its download {entry.exchange} brought")


def _kept(data: Path, body: Body, present: Mapping[str, str]) -> str | None:
    """What is wrong with the copy of a payload. Of what was masked or cut the original's digest says nothing about it."""
    assert body.file is not None
    if body.file not in present:
        return "it is named in the log and is not there"
    if body.cut:
        return None
    if not body.masked:
        return None if present[body.file] == body.sha256 else "it has not the digest that the log says"
    if body.text is not None:
        copy = (data / body.file).read_bytes()
        if copy not in (body.text.encode("utf-8", "surrogatepass"), body.text.encode("latin-1", "replace")):
            return "it is not the text that the log says"
    return None


def _filed(run: RunRead, present: Mapping[str, str]) -> Iterator[Problem]:
    """Every file of a finished run, as two events list them: what was there when it was judged, what the end added."""
    listed: dict[str, str | None] = {}
    for event in run.events:
        if event.type in ("filed", "verdict"):
            listed |= event.data.get("files", {})
    for name, digest in listed.items():
        if digest is not None and name not in present:
            yield Problem(f"data/{name}", None, "the log lists it and it is not there")
        elif digest is not None and present[name] != digest:
            yield Problem(f"data/{name}", None, "it is not the file that the log lists: its digest is another")
    for name in present.keys() - {n for n, d in listed.items() if d is not None} - {LOG}:
        yield Problem(f"data/{name}", None, "the log does not list it")


def _archives(run: RunRead, present: Mapping[str, str]) -> Iterator[Problem]:
    """Each HAR, made once more from the log, is the one that lies there; and there is no other."""
    try:
        for name, wanted in har.archives(run.archives, run.entries, run.data):
            if name not in present:
                yield Problem(f"data/{name}", None, "it is not there, and the log has HTTP exchanges for it")
            elif present[name] != hashlib.sha256(wanted).hexdigest():
                line = first_line_that_differs((run.data / name).read_bytes(), wanted)
                yield Problem(f"data/{name}", line, "it says something else than the HTTP exchanges in the log")
    except (OSError, ValueError) as error:
        yield Problem(FILE, None, f"the HTTP archives can't be made again: {error}")
    for name in sorted(name for name in present if name.startswith("har/") and name not in run.archives):
        yield Problem(f"data/{name}", None, "no HTTP exchanges in the log belong to it")
