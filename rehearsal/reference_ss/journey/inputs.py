"""Uploads and what can be said of them: columns, types, sample rows."""

import csv
import hashlib
import io
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.stata_names import stata_names
from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.jobs import JobStore, add_to_index
from rehearsal.reference_ss.store.models import Column, Inputs, Job

PRIMARY = "primary_dataset"

_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_log = jsonlog.logger(__name__)


class Uploads:
    """Takes in data sets of jobs in `store`."""

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def take(self, job_id: str, file_name: str, content: bytes) -> Inputs:
        """Store a CSV as the job's data set; a draft made from an earlier upload is dropped.

        Raises SSError: 400 for a file that cannot be used, 409 once the plan is frozen.
        """
        _log.info("SS_INPUT_UPLOAD_START", job_id=job_id, size=len(content))
        refuse_when_locked(self._store.load(job_id), "inputs.upload")
        _check_name(file_name)
        if not content:
            raise SSError(400, "INPUT_EMPTY_FILE", "the file is empty", filename=file_name)
        digest = hashlib.sha256(content).hexdigest()
        inputs = describe(content, file_name, digest)
        folder = self._store.folder(job_id)
        files.write_bytes(folder / inputs.rel_path, content)
        files.write_json(folder / layout.INPUTS_MANIFEST, _manifest(job_id, inputs))
        entries = self._store.describe(
            job_id, [("inputs.manifest", layout.INPUTS_MANIFEST), ("inputs.dataset", inputs.rel_path)]
        )
        with self._store.edit(job_id) as job:
            refuse_when_locked(job, "inputs.upload")
            if job.inputs is None or job.inputs.fingerprint != inputs.fingerprint:
                job.draft, job.selection, job.status = None, None, "created"
            job.artifacts = [entry for entry in job.artifacts if entry.kind != "inputs.dataset"]
            job.inputs = inputs
            add_to_index(job, entries)
        _log.info("SS_INPUT_UPLOAD_DONE", job_id=job_id, fingerprint=inputs.fingerprint)
        return inputs

    def sample(self, job: Job, rows: int) -> list[dict[str, Any]]:
        """The first rows of the data set, values typed as their columns are. Raises SSError (400) before an upload."""
        inputs = require_inputs(job)
        content = (self._store.folder(job.job_id) / inputs.rel_path).read_bytes()
        reader = csv.reader(io.StringIO(_decode(content, inputs.original_name), newline=""))
        next(reader)
        filled = (row for row in reader if row)
        return [
            {column.name: _value(column, text) for column, text in zip(inputs.columns, row, strict=True)}
            for row in itertools.islice(filled, rows)
        ]


def require_inputs(job: Job) -> Inputs:
    """The job's data set. Raises SSError (400) when nothing was uploaded."""
    if job.inputs is None:
        raise SSError(400, "INPUT_PARSE_FAILED", "no data set was uploaded (manifest not set)", job_id=job.job_id)
    return job.inputs


def refuse_when_locked(job: Job, operation: str) -> None:
    """What a frozen plan rests on can't be changed any more. Raises SSError (409)."""
    if job.plan is not None:
        message = f"job is locked (status={job.status}, operation={operation})"
        raise SSError(409, "JOB_LOCKED", message, job_id=job.job_id, status=job.status, operation=operation)


def describe(content: bytes, file_name: str, digest: str) -> Inputs:
    """Read a CSV whole. Raises SSError (400) naming the line that does not fit."""
    reader = csv.reader(io.StringIO(_decode(content, file_name), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        rows = [_checked(row, len(header), reader.line_num, file_name) for row in reader if row]
    except StopIteration:
        raise _unreadable(file_name, "there is no header line") from None
    except csv.Error as error:
        raise _unreadable(file_name, str(error), line=reader.line_num) from error
    if not all(header) or len(set(header)) != len(header):
        raise _unreadable(file_name, "column names must be there and differ", line=1)
    if not rows:
        raise _unreadable(file_name, "there are no rows under the header")
    columns = [
        Column(name=name, original_name=original, inferred_type=_type(values), distinct=len(set(filter(None, values))))
        for name, original, values in zip(stata_names(header), header, zip(*rows, strict=True), strict=True)
    ]
    key = f"ds_{digest[:16]}"
    return Inputs(
        dataset_key=key,
        original_name=file_name,
        rel_path=layout.dataset(key),
        fingerprint=f"sha256:{digest}",
        row_count=len(rows),
        columns=columns,
    )


def _check_name(file_name: str) -> None:
    if not file_name or Path(file_name).name != file_name or "\\" in file_name or file_name.startswith("~"):
        raise SSError(400, "INPUT_FILENAME_UNSAFE", "the file name is not a plain name")
    if not file_name.lower().endswith(".csv"):
        raise SSError(400, "INPUT_UNSUPPORTED_FORMAT", "only .csv files are taken", filename=file_name)


def _decode(content: bytes, file_name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file_name, f"not UTF-8 at byte {error.start}") from error
    if "\0" in text:
        raise _unreadable(file_name, "not text")
    return text


def _checked(row: list[str], width: int, line: int, file_name: str) -> list[str]:
    if len(row) != width:
        raise _unreadable(file_name, f"{len(row)} values where the header has {width}", line=line)
    return row


def _unreadable(file_name: str, reason: str, **details: Any) -> SSError:
    return SSError(400, "INPUT_PARSE_FAILED", f"the CSV cannot be read: {reason}", filename=file_name, **details)


def _type(values: Sequence[str]) -> Literal["integer", "number", "string"]:
    filled = [value.strip() for value in values if value.strip()]
    if not filled or not all(_NUMBER.fullmatch(value) for value in filled):
        return "string"
    return "integer" if all(_INTEGER.fullmatch(value) for value in filled) else "number"


def _value(column: Column, text: str) -> Any:
    text = text.strip()
    if column.inferred_type == "string":
        return text
    if not text:
        return None
    return int(text) if column.inferred_type == "integer" else float(text)


def _manifest(job_id: str, inputs: Inputs) -> dict[str, Any]:
    dataset = {
        "dataset_key": inputs.dataset_key,
        "role": PRIMARY,
        "rel_path": inputs.rel_path,
        "original_name": inputs.original_name,
        "format": "csv",
        "fingerprint": inputs.fingerprint,
        "row_count": inputs.row_count,
        "columns": [column.model_dump() for column in inputs.columns],
    }
    return {"schema_version": 1, "job_id": job_id, "datasets": [dataset]}
