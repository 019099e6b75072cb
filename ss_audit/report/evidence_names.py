"""How a piece of evidence is called where people look for it: "stata.log, run 1", "LLM metadata, draft"."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from ss_audit.evidence.model import Evidence, StoredArtifact

LLM_FILES = {"prompt.txt": "LLM prompt", "response.txt": "LLM answer", "meta.json": "LLM metadata"}
LLM_PURPOSES = {"draft_preview": "draft", "do_template.select_template": "choice of template", "plan.generate": "plan"}
FILES = {
    "inputs/manifest.json": "manifest of the inputs",
    "artifacts/plan.json": "plan.json, the frozen plan",
    "do_template/selection/candidates.json": "template candidates",
    "template/source.do": "source of the template",
    "template/params.json": "parameters of the template",
    "template/meta.json": "description of the template",
}
"""By the end of SS's path; what is not here is called by its file's name."""


def run_numbers(entries: Iterable[Evidence]) -> Mapping[tuple[str, str], int]:
    """Of each job, its runs in the order in which they were first seen: (job id, run id) → 1, 2, …"""
    numbers: dict[tuple[str, str], int] = {}
    for entry in entries:
        run = run_of(entry) if isinstance(entry, StoredArtifact) else None
        if run is not None and run not in numbers:
            numbers[run] = 1 + sum(job == run[0] for job, _ in numbers)
    return numbers


def run_of(artifact: StoredArtifact) -> tuple[str, str] | None:
    """The job and the run that SS's path names, or None for an artifact of the job as a whole."""
    parts = PurePosixPath(artifact.rel_path).parts
    return (artifact.job_id, parts[1]) if len(parts) > 2 and parts[0] == "runs" else None


def evidence_name(entry: Evidence, runs: Mapping[tuple[str, str], int]) -> str:
    """The name of this entry for people, without its id. `runs` as `run_numbers` gives them."""
    if not isinstance(entry, StoredArtifact):
        return entry.title
    path = PurePosixPath(entry.rel_path)
    run = run_of(entry)
    name = _llm_name(path) or next((name for end, name in FILES.items() if entry.rel_path.endswith(end)), path.name)
    moment = entry.title.removeprefix(path.name) if entry.title.startswith(path.name) else f", {entry.title}"
    number = runs.get(run) if run else None
    return f"{name}{f', run {number}' if number else ''}{moment}"


def names_of(entries: Sequence[Evidence], runs: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    """The names of entries that stand together, in their order; where a name turns up again, each says which of them it is."""
    names = [evidence_name(entry, runs) for entry in entries]
    times, seen = Counter(names), Counter[str]()
    told = []
    for name in names:
        seen[name] += 1
        told.append(f"{name}, {seen[name]} of {times[name]}" if times[name] > 1 else name)
    return tuple(told)


def _llm_name(path: PurePosixPath) -> str | None:
    """SS keeps a call under `llm/PURPOSE-MOMENT-DIGEST/`."""
    if path.parent.parent.name != "llm" or path.name not in LLM_FILES:
        return None
    purpose = path.parent.name.rsplit("-", 2)[0]
    return f"{LLM_FILES[path.name]}, {LLM_PURPOSES.get(purpose, purpose)}"
