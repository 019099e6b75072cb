"""Prompts in the two dialects' forms: the reference SS's, and upstream SS's headings with wording of our own."""

import json
from collections.abc import Sequence
from typing import Any

COLUMNS = ["firm_q1", "yr_q1", "y_k3v9qz", "x_a7b2", "z_c9d8", "w_p0s1", "g_t5u6"]
LIBRARY = [
    {"template_id": "R01", "name": "Descriptive statistics", "use_when": "Variables are to be described."},
    {"template_id": "R02", "name": "OLS regression", "use_when": "An effect is to be estimated; robust errors are not wanted."},
    {"template_id": "R03", "name": "OLS with robust standard errors", "use_when": "Errors may be heteroskedastic."},
    {"template_id": "R04", "name": "Two-group comparison", "use_when": "The mean of an outcome in two groups."},
]
UPSTREAM_FAMILIES: list[dict[str, Any]] = [
    {"family_id": "data_management", "description": "数据管理", "capabilities": ["clean", "filter"], "n_templates": 18},
    {"family_id": "data_merge", "description": "Data Merge", "capabilities": [], "n_templates": 2},
    {"family_id": "descriptive", "description": "描述性统计", "capabilities": ["summary", "correlation"], "n_templates": 5},
    {"family_id": "panel", "description": "Panel", "capabilities": [], "n_templates": 14},
]
UPSTREAM_TEMPLATES: list[dict[str, Any]] = [
    {"template_id": "T01", "family_id": "data_management", "name": "概况与描述统计", "slug": "desc_overview"},
    {"template_id": "T07", "family_id": "descriptive", "name": "数值变量描述统计", "slug": "summary_numeric"},
    {"template_id": "T09", "family_id": "descriptive", "name": "相关系数矩阵", "slug": "corr_matrix"},
    {"template_id": "TA14", "family_id": "data_management", "name": "数据质量报告", "slug": "data_quality"},
    {"template_id": "T30", "family_id": "panel", "name": "面板数据检查", "slug": "panel_setup_check"},
]
_DRAFT_V2: dict[str, Any] = {
    "schema_version": 2,
    "draft_text": "string",
    "outcome_var": "string|null",
    "treatment_var": "string|null",
    "controls": ["string"],
    "time_var": "string|null",
    "entity_var": "string|null",
    "cluster_var": "string|null",
    "fixed_effects": ["string"],
    "interaction_terms": ["string"],
    "instrument_var": "string|null",
    "analysis_hints": ["string"],
    "default_overrides": {},
}
_DRAFT_V1 = {key: _DRAFT_V2[key] for key in ("draft_text", "outcome_var", "treatment_var", "controls", "default_overrides")}
_FAMILIES = {
    2: '{"schema_version":2,"families":[],"requires_combination":true,"combination_reason":"","analysis_sequence":[]}',
    1: '{"schema_version":1,"families":[{"family_id":"<id>","reason":"...","confidence":0.7}]}',
}
_TEMPLATE = {
    2: '{"schema_version":2,"primary_template_id":"","primary_reason":"","primary_confidence":0.7,'
    '"supplementary_templates":[]}',
    1: '{"schema_version":1,"template_id":"<id>","reason":"...","confidence":0.7}',
}


def reference_draft(requirement: str, columns: Sequence[str] = COLUMNS, strings: Sequence[str] = ()) -> str:
    """The reference SS's draft_preview prompt."""
    told = [{"name": name, "type": "string" if name in strings else "numeric", "distinct": 9} for name in columns]
    return "\n".join(
        ["TASK: draft_preview", "REQUIREMENT:", requirement, "COLUMNS:", json.dumps(told), "ANSWER:", "a JSON object"]
    )


def reference_template(
    requirement: str, draft: dict[str, Any] | None = None, library: Sequence[dict[str, str]] = LIBRARY
) -> str:
    """The reference SS's select_template prompt."""
    return "\n".join(
        [
            *("TASK: select_template", "REQUIREMENT:", requirement, "DRAFT:", json.dumps(draft or {})),
            *("TEMPLATES:", json.dumps(library), "ANSWER:", "a JSON object"),
        ]
    )


def upstream_draft(requirement: str, version: int = 2, columns: Sequence[str] = COLUMNS) -> str:
    """Upstream's draft_preview prompt, in the form of either schema version."""
    schema = _DRAFT_V2 if version == 2 else _DRAFT_V1
    return "\n".join(
        [
            *("Opening words.", "Task: find the variables.", "", f"REQUIREMENT:\n{requirement}", ""),
            *("COLUMN_CANDIDATES (exact names):", json.dumps(columns), ""),
            *(f"OUTPUT_SCHEMA{' (v2)' if version == 2 else ''}:", json.dumps(schema), "", "Rules:", "- Only JSON."),
        ]
    )


def upstream_families(requirement: str, version: int = 2, most: int = 3) -> str:
    """Upstream's do_template.select_families prompt."""
    return "\n".join(
        [
            *("TASK: Select families.", "ATTEMPT: 1"),
            "CANONICAL_FAMILY_IDS: " + ", ".join(family["family_id"] for family in UPSTREAM_FAMILIES),
            *("", "RULES:", f"- families[] (max {most}).", "", "OUTPUT_SCHEMA:", _FAMILIES[version], ""),
            *("USER_REQUIREMENT:", requirement, "", "FAMILY_SUMMARIES:"),
            *(f"- {json.dumps(family)}" for family in UPSTREAM_FAMILIES),
        ]
    )


def upstream_template(requirement: str, version: int = 2, offered: Sequence[str] = ("T01", "T07", "T09", "TA14", "T30")) -> str:
    """Upstream's do_template.select_template prompt."""
    return "\n".join(
        [
            *("TASK: Select a template.", "ATTEMPT: 2", "SELECTED_FAMILY_IDS: descriptive"),
            f"CANDIDATE_TEMPLATE_IDS: {', '.join(offered)}",
            *("PREVIOUS_ERROR: none", "", "RULES:", "- Only JSON.", "", "OUTPUT_SCHEMA:", _TEMPLATE[version], ""),
            *("USER_REQUIREMENT:", requirement, "", "CANDIDATE_TEMPLATES:"),
            *(f"- {json.dumps(item)}" for item in UPSTREAM_TEMPLATES if item["template_id"] in offered),
        ]
    )


def upstream_plan(requirement: str, selected: Sequence[str] = ("T07",), most: int = 8) -> str:
    """Upstream's plan.generate prompt."""
    found = {"outcome_var": "y_k3v9qz", "treatment_var": "x_a7b2"}
    schema = {"schema_version": 1, "steps": [{"step_id": "snake"}]}
    return "\n".join(
        [
            *("Opening words.", f"Constraint: steps <= {most}.", "", "JOB_ID: job_tc_0", "", "REQUIREMENT:", requirement, ""),
            *("SELECTED_TEMPLATES (choose from these):", json.dumps(selected), "", "DATA_SCHEMA:"),
            *(json.dumps({"columns": COLUMNS, "detected_vars": found}), "", "DRAFT (context only):", "Some text.", ""),
            *("OUTPUT_SCHEMA:", json.dumps(schema), "", "Rules:", "- Few steps."),
        ]
    )
