"""What a frozen plan says, under whichever names: template, rationale, parameters, dependencies, outputs contract."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ss_audit.evidence.model import Exchange, Fact, StoredArtifact
from ss_audit.ss import facts
from ss_audit.ss.facts import Found

CONTRACT = ("outputs_contract", "artifacts_contract", "artifact_contract", "expected_outputs", "outputs", "artifacts")
BOUND = (("bound_values",), ("template_params", "bound_parameters", "bound_params", "bindings"), ("parameters", "params"))
MISSING = (
    "missing_required", "missing_params", "missing_parameters", "missing_fields", "missing_inputs", "missing",
    "unknown_fields", "open_unknowns", "unbound",
)  # fmt: skip
DEPENDENCIES = ("dependencies", "required_packages", "packages", "requires", "ado_dependencies")
BUILT_IN = re.compile(r"built.?in|stata|base", re.I)
PLACE = (
    "archive_dir_rel_path", "archive_dir", "storage_path", "storage_location", "storage_dir", "storage", "output_dir",
    "outputs_dir", "artifacts_dir",
)  # fmt: skip
PLACE_IN_A_CONTRACT = (*PLACE, "location", "directory", "dir")
PLACE_OF_OUTPUTS = (*PLACE_IN_A_CONTRACT, "rel_path", "path")
OUTPUT_FILE = ("file", "filename", "file_name", "name", "path", "rel_path")
BESIDES = re.compile(r"(?i)^(job.?)?(status|state)$|idempotent")
OF_A_PLAN = {facts.plain(name) for name in (*facts.TEMPLATE, *facts.RATIONALE, *PLACE, "plan_id", "version", "plan_version")}
OF_SOMETHING_ELSE = re.compile(r"depend|packag|missing|output|artifact|warning|fallback|error|unknown|constraint", re.I)


class Declared(Fact):
    """One output that the plan promises: its file name and where it will be stored, as far as the plan says."""

    file: str
    type: str = ""


def plan_of(exchange: Exchange | None) -> Any:
    """The plan in an answer: its `plan` member, at whatever depth, or what lies in the envelope, or the whole answer."""
    answer = facts.answered(exchange)
    if not isinstance(answer, dict):
        return None
    found = facts.find_node(answer, ("plan", "frozen_plan"))
    if found and isinstance(found.value, dict):
        return found.value
    inside = answer.get("data")
    return inside if isinstance(inside, dict) and template(inside) else answer


def template(plan: Any) -> Found | None:
    """The reference to the template: a text, or an object with an id."""
    found = facts.find(plan, facts.TEMPLATE, "plan")
    if found is not None:
        return found
    node = facts.find_node(plan, facts.TEMPLATE, "plan")
    return facts.find(node.value, ("id", "ref", "key", "name"), node.where) if node else None


def all_templates(plan: Any) -> frozenset[str]:
    """The ids of all templates that the plan refers to: the chosen one, and those that come beside it."""
    return frozenset(name for _, _, item in facts.walk(plan) if isinstance(item, dict) for name in _template_ids(item))


def rationale_in(plan: Any) -> Found | None:
    """Why this template, inside the plan: a sentence, not a word, and not the reason for something else."""
    return next((found for found in _reasons(plan, "plan")), None)


def rationale_elsewhere(artifacts: Iterable[StoredArtifact], template_id: str) -> tuple[Found, StoredArtifact] | None:
    """Why this template, in an artifact of the job that names this very template.

    Best beside the template's id; else in an artifact about the selection, in an object that names no other template.
    """
    own_records_first = sorted(artifacts, key=lambda artifact: "llm" in artifact.rel_path)
    parsed = [(artifact, facts.parsed(artifact.body)) for artifact in own_records_first]
    naming = [(artifact, value) for artifact, value in parsed if facts.names_in(value, [template_id])]
    for artifact, value in naming:
        for place, _, item in facts.walk(value, artifact.rel_path):
            if isinstance(item, dict) and template_id in _template_ids(item):
                found = next(iter(_reasons({k: v for k, v in item.items() if isinstance(v, str)}, place)), None)
                if found:
                    return found, artifact
    for artifact, value in naming:
        objects = [(p, i) for p, _, i in facts.walk(value, artifact.rel_path) if isinstance(i, dict) and not _template_ids(i)]
        for place, item in objects if "select" in artifact.rel_path.lower() else ():
            found = next(iter(_reasons({k: v for k, v in item.items() if isinstance(v, str)}, place)), None)
            if found:
                return found, artifact
    return None


def _template_ids(item: Mapping[str, Any]) -> set[str]:
    names = {facts.plain(name) for name in facts.TEMPLATE}
    return {v for k, v in item.items() if facts.plain(k) in names and isinstance(v, str)}


def _reasons(value: Any, where: str) -> list[Found]:
    """Sentences under a name for a rationale, best name first. Names that fit any reason count only where no other fits."""
    places = [(p, facts.plain(k), v) for p, k, v in facts.walk(value, where) if isinstance(v, str) and is_sentence(v)]
    found: list[Found] = []
    for name in facts.RATIONALE:
        general = name in ("reason", "why", "justification")
        for place, key, text in places:
            if key == facts.plain(name) and not (general and OF_SOMETHING_ELSE.search(place.removeprefix(where))):
                found.append(Found(value=text, where=place))
    return found


def bound(plan: Any) -> Found | None:
    """The bound parameters as a mapping from parameter to value; one that is empty only when there is no other.

    `parameters` and `params` may be anybody's, so they count last, and only where they hold nothing but values.
    """
    explicit: Found | None = None
    for names in BOUND:
        found = facts.find_node(plan, names, "plan")
        values = _as_mapping(found.value) if found else None
        if found is None or values is None or (names == BOUND[-1] and (explicit or not _only_values(values))):
            continue
        if values:
            return Found(value=values, where=found.where)
        explicit = explicit or Found(value=values, where=found.where)
    return explicit


def _only_values(mapping: Mapping[str, Any]) -> bool:
    return not _template_ids(mapping) and not any(isinstance(value, dict) for value in mapping.values())


def _as_mapping(value: Any) -> dict[str, Any] | None:
    """Parameters and values, however they are written down: a mapping, a list of named values, or objects with a value."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        pairs = [
            (facts.find(row, ("name", "param", "parameter", "key")), facts.find_node(row, ("value", "bound"))) for row in value
        ]
        return {str(name.value): given.value for name, given in pairs if name and given}
    if not isinstance(value, dict):
        return None
    if value and all(isinstance(v, dict) for v in value.values()):
        return {k: v["value"] for k, v in value.items() if "value" in v} or None
    return value


def required(plan: Any) -> tuple[str, ...]:
    """The parameters that the plan calls required, as far as it says."""
    found = facts.find_node(plan, ("required", "required_params", "required_parameters"))
    return tuple(str(name) for name in found.value if isinstance(name, str)) if found and isinstance(found.value, list) else ()


def missing_stated(plan: Any) -> Found | None:
    """The explicit statement of what is missing; an empty list is one."""
    found = facts.find_node(plan, MISSING, "plan")
    return found if found and isinstance(found.value, list | dict) else None


def dependencies(plan: Any) -> Found | None:
    """The dependency information; an empty list is one."""
    found = facts.find_node(plan, DEPENDENCIES, "plan")
    return found if found and isinstance(found.value, list | dict) else None


def package_names(plan: Any) -> tuple[str, ...]:
    """The packages that the plan says it needs besides Stata itself: texts, or objects that name one and may say its source."""
    found = dependencies(plan)
    items = found.value if found and isinstance(found.value, list) else []
    rows = [item if isinstance(item, dict) else {"pkg": item} for item in items]
    added = (row for row in rows if not BUILT_IN.fullmatch(str(row.get("source", ""))))
    names = (row.get("pkg") or row.get("package") or row.get("name") for row in added)
    return tuple(name for name in names if isinstance(name, str) and name and name.lower() != "stata")


def _contracts(plan: Any) -> tuple[Any, ...]:
    """Every outputs contract of the plan under the best name that it uses: each step may have its own."""
    nodes = [(facts.plain(key), item) for place, key, item in facts.walk(plan) if not place.endswith("]") and item is not None]
    for name in map(facts.plain, CONTRACT):
        found = tuple(item for key, item in nodes if key == name and isinstance(item, list | dict))
        if found:
            return found
    return ()


def outputs(plan: Any) -> tuple[Declared, ...]:
    """The outputs that the plan promises, each once: objects that name a file, file names, or objects by file name."""
    found = [row for contract in _contracts(plan) for row in _declared(contract)]
    return tuple({row.file: row for row in found}.values())


def _declared(node: Any) -> list[Declared]:
    if isinstance(node, str):
        return [Declared(file=node)] if _is_file(node) else []
    if isinstance(node, list):
        return [row for item in node for row in _declared(item)]
    if not isinstance(node, dict):
        return []
    file = next((node[k] for k in OUTPUT_FILE if isinstance(node.get(k), str)), None)
    if file is not None:
        return [Declared(file=file, type=str(node.get("type", node.get("kind", ""))))]
    by_name = [Declared(file=k, type=str(v.get("type", ""))) for k, v in node.items() if isinstance(v, dict) and _is_file(k)]
    return by_name or [row for item in node.values() if isinstance(item, list | dict) for row in _declared(item)]


def _is_file(name: str) -> bool:
    return re.fullmatch(r"[^\s*?\"<>|]+\.[A-Za-z0-9]{1,8}", name) is not None


def storage(plan: Any) -> Found | None:
    """Where the outputs will be stored: a place in the outputs contract, or under a name that says so anywhere."""
    for contract in _contracts(plan):
        found = facts.find(contract, PLACE_OF_OUTPUTS, "outputs contract")
        named = found is not None and found.where.rpartition(".")[2] in PLACE_IN_A_CONTRACT
        if found and isinstance(found.value, str) and ("/" in found.value or named):
            return found
    return facts.find(plan, PLACE, "plan")


def same_plan(one: Any, other: Any) -> bool:
    """Whether two plans are equal as JSON values, but for what an answer says besides, of its job or of itself.

    Where the plan is the answer, such things stand at its top: a status, which may change, and single values in one of the two
    answers that tell nothing of a plan. Nothing else may differ.
    """
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return _json(one) == _json(other)
    aside = {k for plan in (one, other) for k, v in plan.items() if not isinstance(v, dict | list) and BESIDES.search(k)}
    aside |= {k for k in one.keys() ^ other.keys() if _is_besides(k, one.get(k, other.get(k)))}
    here, there = ({k: v for k, v in plan.items() if k not in aside} for plan in (one, other))
    return _json(here) == _json(there)


def _is_besides(name: str, value: Any) -> bool:
    return not isinstance(value, dict | list) and facts.plain(name) not in OF_A_PLAN


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def is_sentence(text: str) -> bool:
    """At least three words, or six signs of a script that puts no blanks between words."""
    return len(text.split()) >= 3 or len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", text)) >= 6
