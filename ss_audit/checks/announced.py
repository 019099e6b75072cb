"""A downloaded file against what was announced of it: its row in the index, its name, the promise of a result."""

from typing import Any

from ss_audit.evidence.model import StoredArtifact
from ss_audit.ss import facts


def against_the_row(artifact: StoredArtifact, row: dict[str, Any]) -> list[str]:
    """A SHA-256 or a size in the row that is not that of the bytes. Other digests, and words, can't be compared."""
    digest, size = facts.find(row, ("sha256", "digest", "checksum")), facts.find(row, ("size", "size_bytes", "bytes"))
    said = str(digest.value).lower().removeprefix("sha256:") if digest else ""
    problems: list[str] = []
    if len(said) == 64 and artifact.body.sha256 and said != artifact.body.sha256:
        problems.append(f"digest {said[:12]}… announced, other bytes came ({artifact.body.sha256[:12]}…)")
    if size and str(size.value).isdigit() and int(size.value) != artifact.body.size:
        problems.append(f"{size.value} bytes announced, {artifact.body.size} came")
    return problems


def against_its_name(artifact: StoredArtifact, job: str | None) -> list[str]:
    """An error page in the place of a file, JSON that is none, metadata of another job."""
    text, name = (artifact.body.text or "").lstrip("\ufeff \n\r\t"), artifact.rel_path.lower()
    if text[:14].lower().startswith(("<!doctype html", "<html")) and not name.endswith((".html", ".htm")):
        return ["a web page came"]
    if not name.endswith(".json") or not text:
        return []
    value = facts.parsed(artifact.body)
    if value is None and text.strip() != "null":
        return ["not valid JSON"]
    of_job = facts.find(value, ("job_id",))
    return [f"of the job {of_job.value}"] if of_job and job and str(of_job.value) != job else []


def holds_nothing(artifact: StoredArtifact, by_stata: frozenset[str]) -> list[str]:
    """A promised output with nothing in it, or a table of comma-separated values without a row below its head.

    In: the digests of the files that Stata was seen to write; a table in which it found nothing to write down is its own.
    """
    text = artifact.body.text
    if not artifact.body.size or (text is not None and not text.lstrip("\ufeff").strip()):
        return ["declared, and empty"]
    if text is None or not artifact.rel_path.lower().endswith(".csv") or artifact.body.sha256 in by_stata:
        return []
    rows = [line for line in text.splitlines() if line.strip(' ,;\t"')]
    return ["declared, and a table without a row"] if len(rows) < 2 else []
