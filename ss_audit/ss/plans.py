"""What a frozen plan says, under whichever names: template, rationale, parameters, dependencies, outputs contract."""

import json
from collections.abc import Iterable
from typing import Any

from ss_audit.evidence.model import Exchange, Fact, StoredArtifact
from ss_audit.ss import facts
from ss_audit.ss.facts import Found


class Declared(Fact):
    """One output that the plan promises: its file name and where it will be stored, as far as the plan says."""

    file: str
    type: str = ""


def plan_of(exchange: Exchange | None) -> Any:
    """The plan in an answer: its `plan` member, or the whole answer."""
    answer = facts.answered(exchange)
    return answer.get("plan", answer) if isinstance(answer, dict) else None


def template(plan: Any) -> Found | None:
    """The reference to the template."""
    return facts.find(plan, facts.TEMPLATE, "plan")


def rationale_in(plan: Any) -> Found | None:
    """Why this template, inside the plan: a sentence, not a word."""
    return _sentence(facts.find(plan, facts.RATIONALE, "plan"))


def rationale_elsewhere(artifacts: Iterable[StoredArtifact], template_id: str) -> tuple[Found, StoredArtifact] | None:
    """Why this template, in an artifact of the job that names this very template and says how it was selected."""
    for artifact in artifacts:
        value = facts.parsed(artifact.body)
        if "select" in artifact.rel_path.lower() and facts.names_in(value, [template_id]):
            found = _sentence(facts.find(value, facts.RATIONALE, artifact.rel_path))
            if found:
                return found, artifact
    return None


def bound(plan: Any) -> Found | None:
    """The bound parameters: a mapping from parameter to value."""
    for names in (("bound_values",), ("template_params", "bound_parameters", "bindings", "parameters", "params")):
        found = facts.find_node(plan, names, "plan")
        if found and isinstance(found.value, dict) and not isinstance(next(iter(found.value.values()), ""), dict):
            return found
    return None


def missing_stated(plan: Any) -> Found | None:
    """The explicit statement of what is missing; an empty list is one."""
    found = facts.find_node(plan, ("missing_required", "missing_params", "missing_fields", "missing", "unknown_fields"), "plan")
    return found if found and isinstance(found.value, list | dict) else None


def dependencies(plan: Any) -> Found | None:
    """The dependency information; an empty list is one."""
    found = facts.find_node(plan, ("dependencies", "required_packages", "packages", "requires", "ado_dependencies"), "plan")
    return found if found and isinstance(found.value, list | dict) else None


def outputs(plan: Any) -> tuple[Declared, ...]:
    """The outputs that the plan promises."""
    contract = facts.find_node(
        plan, ("outputs_contract", "artifacts_contract", "artifact_contract", "outputs", "artifacts"), "plan"
    )
    if contract is None:
        return ()
    rows = [item for _, _, item in facts.walk({"": contract.value}) if isinstance(item, dict)]
    named = [(row.get("file") or row.get("filename") or row.get("name") or row.get("path"), row) for row in rows]
    return tuple(Declared(file=n, type=str(row.get("type", row.get("kind", "")))) for n, row in named if isinstance(n, str))


def storage(plan: Any) -> Found | None:
    """Where the outputs will be stored."""
    return facts.find(
        plan, ("archive_dir_rel_path", "archive_dir", "storage_path", "rel_path", "location", "directory"), "plan"
    )


def same_plan(one: Any, other: Any) -> bool:
    """Whether two plans are equal as JSON values."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _sentence(found: Found | None) -> Found | None:
    return found if found and isinstance(found.value, str) and len(found.value.split()) >= 3 else None
