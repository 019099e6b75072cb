"""Where a job's files lie, relative to its folder, and what kind each artifact is."""

INPUTS_MANIFEST = "inputs/manifest.json"
PLAN = "artifacts/plan.json"
SELECTION_CANDIDATES = "artifacts/do_template/selection/candidates.json"
SELECTION_RESULT = "artifacts/do_template/selection/stage2.json"
# As the plan's contract says it, with the run still open.
ARCHIVED_OUTPUTS = "runs/{run_id}/artifacts/outputs"

_KIND_BY_OUTPUT_TYPE = {
    "table": "stata.export.table",
    "data": "stata.export.dataset",
    "figure": "stata.export.figure",
    "graph": "stata.export.figure",
    "report": "stata.export.report",
    "manifest": "stata.export.manifest",
    "log": "stata.result.log",
}


def dataset(dataset_key: str) -> str:
    """The uploaded file."""
    return f"inputs/{dataset_key}.csv"


def llm_call(llm_call_id: str) -> str:
    """The folder of one LLM call's prompt, response and metadata."""
    return f"artifacts/llm/{llm_call_id}"


def run_artifacts(run_id: str) -> str:
    """The folder of one run's artifacts."""
    return f"runs/{run_id}/artifacts"


def run_work(run_id: str) -> str:
    """The folder in which one run's Stata works."""
    return f"runs/{run_id}/work"


def output_kind(output_type: str) -> str:
    """The artifact kind of a template's output."""
    return _KIND_BY_OUTPUT_TYPE.get(output_type, "stata.export.other")
