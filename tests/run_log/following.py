"""The references of a run log, followed to what they name."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

LINK = re.compile(r"(?<!\\)\[(?P<text>(?:\\.|[^\[\]\\\n])+)\]\((?P<target>[^)\s]+)\)")


class Reference(NamedTuple):
    """A link: what it is called, the file that it leads to, and the line in it, if it names one."""

    text: str
    file: Path
    line: int | None


def references(log: Path) -> list[Reference]:
    """Every link in a run log, in order."""
    found = []
    for link in LINK.finditer(log.read_text("utf-8")):
        path, _, fragment = link["target"].partition("#L")
        found.append(Reference(link["text"], log.parent / unquote(path), int(fragment) if fragment else None))
    return found


def numbers_cited(log: Path) -> tuple[set[int], set[int]]:
    """The numbers that the text cites, and those that the section with the evidence tells."""
    text, _, told = log.read_text("utf-8").partition("\n## Evidence\n")
    cited = {int(n) for line in re.findall(r"^ *- evidence: (.+)$", text, re.M) for n in re.findall(r"\[(\d+)\]", line)}
    return cited, {int(n) for n in re.findall(r"^- \[(\d+)\] \[", told, re.M)}


def entry_at(reference: Reference) -> dict[str, Any]:
    """The entry of the event log on the line that is named."""
    assert reference.line is not None
    lines = reference.file.read_bytes().split(b"\n")
    entry: dict[str, Any] = json.loads(lines[reference.line - 1])
    return entry


def bodies_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The payloads of an entry that lie in files."""
    data = entry["data"]
    found = [data.get(name) for name in ("body", "request_body", "response_body")]
    return [body for body in found if isinstance(body, dict) and body.get("file")]


def is_its_content(reference: Reference, body: dict[str, Any]) -> bool:
    """Whether the file holds what the entry says; of a masked or cut one only that it is there can be told."""
    if body["masked"] or body["cut"]:
        return reference.file.is_file()
    return hashlib.sha256(reference.file.read_bytes()).hexdigest() == body["sha256"]
