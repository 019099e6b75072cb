"""docs/fault-matrix.json: what the matrix found, for programs; and whether what lies there is still true."""

import json
from pathlib import Path
from typing import Any

from ss_audit.faults.matrix import Matrix
from ss_audit.faults.page import page

DIFFERENT = "{0}: {1} is {2!r}, and the document says {3!r}"


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix as JSON: the rows, and what each check alone kills. What a check saw varies with pids and is left out."""
    return {
        "faults": [row.model_dump(mode="json", exclude={"saw"}) for row in matrix.faults],
        "variants": [row.model_dump(mode="json") for row in matrix.variants],
        "only_killer": only_killers(matrix),
    }


def only_killers(matrix: Matrix) -> dict[str, list[str]]:
    """For each check that noticed a fault which no other noticed: the names of those faults."""
    found: dict[str, list[str]] = {}
    for row in matrix.faults:
        if row.killed and len(row.noticed) == 1:
            found.setdefault(row.noticed[0], []).append(row.name)
    return dict(sorted(found.items()))


def texts(matrix: Matrix, json_file: Path, page_file: Path) -> dict[Path, str]:
    """The texts of both documents, by file."""
    told = document(matrix)
    return {json_file: json.dumps(told, indent=1, ensure_ascii=False) + "\n", page_file: page(told)}


def stale(matrix: Matrix, json_file: Path, page_file: Path) -> tuple[str, ...]:
    """How the documents differ from the matrix in anything but seconds, a line each; empty when they are current."""
    try:
        lies_there = json.loads(json_file.read_text("utf-8"))
        shown = page_file.read_text("utf-8")
        expected = page(lies_there)
    except (OSError, ValueError, LookupError, TypeError) as error:
        return (f"the documents can't be read: {type(error).__name__}: {error}",)
    fresh = json.loads(json.dumps(document(matrix)))
    found = [*_differing("faults", fresh, lies_there), *_differing("variants", fresh, lies_there)]
    if fresh["only_killer"] != lies_there["only_killer"]:
        found.append("what each check alone kills is not what the document says")
    if shown != expected:
        found.append(f"{page_file.name} is not what is made from {json_file.name}")
    return tuple(found)


def _differing(kind: str, fresh: dict[str, Any], old: dict[str, Any]) -> list[str]:
    names = [row["name"] for row in fresh[kind]]
    if names != [row["name"] for row in old[kind]]:
        return [f"the {kind} are not those of the document, or in another order"]
    return [
        DIFFERENT.format(row["name"], field, value, before.get(field))
        for row, before in zip(fresh[kind], old[kind], strict=True)
        for field, value in row.items()
        if field != "seconds" and value != before.get(field)
    ]
