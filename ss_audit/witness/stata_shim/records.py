"""Reads what the shim wrote."""

import json
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import StataProcess

_START = ".start.json"
_END = ".end.json"


class BrokenRecordError(ValueError):
    """A record of the shim's can't be read: a fault of the audit's own, never of SS's."""


def read_runs(records: Path) -> tuple[StataProcess, ...]:
    """Every run recorded in the folder, oldest first, each with the moment of its start; a folder that isn't there holds none.

    A start without an end (the shim was killed, or the run goes on) has `ended_at` None, and then no tree and no digests of
    what it left. Raises BrokenRecordError.
    """
    runs = [_run(start) for start in sorted(records.glob("*" + _START))] if records.is_dir() else []
    return tuple(sorted(runs, key=lambda run: run.started_at))


def _run(start: Path) -> StataProcess:
    end = start.with_name(start.name.removesuffix(_START) + _END)
    try:
        facts: dict[str, Any] = json.loads(start.read_text(encoding="utf-8"))
        if end.exists():
            facts |= json.loads(end.read_text(encoding="utf-8"))
        return StataProcess.model_validate({"title": _title(facts), "at": facts["started_at"], **facts})
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BrokenRecordError(f"{start.name}: {error}") from error


def _title(facts: dict[str, Any]) -> str:
    name = Path(facts["do_file"]).name if facts.get("do_file") else "no do-file"
    if "ended_at" not in facts:
        return f"Stata command, {name}: started, end not seen"
    leaf = Path(facts["leaf_executable"]).name if facts.get("leaf_executable") else "nothing seen running"
    return f"Stata command, {name}: exit status {facts['exit_status']}, by {leaf}"
