"""The parts of a frozen plan."""

from typing import Any

from rehearsal.reference_ss.journey.binding import Bindings
from rehearsal.reference_ss.store import layout
from rehearsal.reference_ss.store.models import Selection
from rehearsal.reference_ss.templates import TemplateMeta

_RUN_PRODUCES = ["run.stdout", "run.stderr", "stata.log", "stata.export.table", "run.meta.json", "run.error.json"]


def contract(meta: TemplateMeta, bindings: Bindings) -> dict[str, Any]:
    """What the template was given, needs and will leave behind."""
    return {
        "template_id": meta.id,
        "meta_contract_version": meta.contract_version,
        "meta_template_version": meta.version,
        "params_contract": {
            "required": [parameter.name for parameter in meta.parameters if parameter.required],
            "optional": [parameter.name for parameter in meta.parameters if not parameter.required],
            "bound_values": bindings.values,
            "missing_required": bindings.missing,
        },
        "dependencies": [dependency.model_dump() for dependency in meta.dependencies],
        "outputs_contract": {
            "declared": [output.model_dump() for output in meta.outputs],
            "archive_dir_rel_path": layout.ARCHIVED_OUTPUTS,
            "filename_constraints": {
                "posix_relative": True,
                "no_parent_traversal": True,
                "no_backslash": True,
                "no_tilde": True,
            },
        },
    }


def rationale(selection: Selection) -> dict[str, Any]:
    """Why this template: who chose it, out of which ones, for what reason, and where the evidence lies."""
    return {
        "selected_by": "llm",
        "template_id": selection.template_id,
        "reason": selection.reason,
        "confidence": selection.confidence,
        "candidate_template_ids": selection.candidate_template_ids,
        "llm_call_id": selection.llm_call_id,
        "evidence_rel_path": selection.evidence_rel_path,
    }


def steps(params: dict[str, Any], stata_timeout_seconds: int) -> list[dict[str, Any]]:
    """The two steps of every plan: make the do-file, run it."""
    generate = {
        "step_id": "generate_do",
        "type": "generate_stata_do",
        "purpose": "fill in the selected template",
        "depends_on": [],
        "produces": ["stata.do"],
        "params": params,
    }
    run = {
        "step_id": "run_stata",
        "type": "run_stata",
        "purpose": "execute the do-file and archive what the contract declares",
        "depends_on": ["generate_do"],
        "produces": _RUN_PRODUCES,
        "params": {
            "composition_mode": "sequential",
            "timeout_seconds": stata_timeout_seconds,
            "products": [{"product_id": "summary_table", "kind": "table"}],
        },
    }
    return [generate, run]


def generate_params(plan: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a plan's generating step."""
    params: dict[str, Any] = plan["steps"][0]["params"]
    return params


def run_params(plan: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a plan's running step."""
    params: dict[str, Any] = plan["steps"][1]["params"]
    return params
