"""Putting the data set where the do-file looks for it."""

import csv
import io
from pathlib import Path

from rehearsal.reference_ss.store import files
from rehearsal.reference_ss.store.models import Inputs


def stage_data(job_folder: Path, inputs: Inputs, target: Path) -> None:
    """Copy the uploaded CSV to `target`, byte for byte; only a header that Stata can't hold is written anew."""
    content = (job_folder / inputs.rel_path).read_bytes()
    if any(column.name != column.original_name for column in inputs.columns):
        content = _with_stata_header(content, [column.name for column in inputs.columns])
    files.write_bytes(target, content)


def _with_stata_header(content: bytes, names: list[str]) -> bytes:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    next(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(row for row in rows if row)
    return text.getvalue().encode()
