"""From a `Question` to the object that answers it, for every operation and both dialects."""

import re
from typing import Any

from rehearsal.llm.choosing import CONFIDENCE, Choice, ranked
from rehearsal.llm.purposes import Purpose, in_words, purposes_in
from rehearsal.llm.question import Operation, Question
from rehearsal.llm.roles import Roles, roles_in

_WHO = "This is the rehearsal LLM, not a provider."
_EXCERPT = 160
_IDENTIFIER = re.compile(r"(?<!\w)[A-Za-z]\w*_\w+", re.ASCII)
_MARKER = re.compile(r"\b(?:nonce|ref|reference|token|tag)\b[\s:=#]*\S+|\S*nonce\S*", re.IGNORECASE)
_GROUPS = re.compile(r"\bgroups?\b", re.IGNORECASE)


def answer(question: Question) -> dict[str, Any]:
    """The answer as a JSON-ready object with the keys that the prompt names, its schema version first.

    Raises ValueError for a choice among no offers: SS has nothing to choose from, and inventing a template would hide it.
    """
    match question.operation:
        case Operation.DRAFT:
            full = _draft(question)
        case Operation.FAMILIES:
            full = _families(question)
        case Operation.TEMPLATE:
            full = _template(question)
        case Operation.PLAN:
            full = _plan(question)
    full = {"schema_version": question.schema_version, **full}
    return {key: full[key] for key in question.keys if key in full} if question.keys else full


def remark(prompt: str) -> str:
    """What is said to a prompt that is no `Question`. Early upstream SS sends the bare requirement for a draft in prose."""
    question = Question(Operation.DRAFT, prompt)
    seen = _said(question)
    if not seen:
        return f"{_WHO} It answers the prompts that SS sends; this prompt is none of them."
    about = f" of {', '.join(names)}" if (names := _variables(question)) else ""
    return f"{_WHO} The requirement asks for {in_words(seen)}{about}."


def _said(question: Question) -> frozenset[Purpose]:
    """What the requirement's own words ask for, names of variables left out."""
    plain = question.requirement
    for column in sorted(question.columns, key=lambda column: -len(column.name)):
        plain = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(column.name)}(?![A-Za-z0-9_])", "#", plain)
    said = purposes_in(_IDENTIFIER.sub("#", plain))
    if Purpose.ROBUST in said:
        said |= {Purpose.REGRESSION}
    # In a regression much differs (variances, slopes); only where groups are spoken of are they to be compared too.
    if Purpose.REGRESSION in said and not _GROUPS.search(plain):
        said -= {Purpose.COMPARISON}
    return said


def _wanted(question: Question, group: str | None = None) -> frozenset[Purpose]:
    """What the requirement asks for; where no word says so, what the variables' parts suggest."""
    if said := _said(question):
        return said
    if group or question.draft.get("group_var") or _GROUPS.search(question.requirement):
        return frozenset({Purpose.COMPARISON})
    return frozenset({Purpose.SUMMARY})


def _draft(question: Question) -> dict[str, Any]:
    roles = roles_in(question.requirement, question.columns, _said(question))
    wanted = _wanted(question, roles.group)
    treatment = roles.treatment
    if treatment is None and (Purpose.COMPARISON in wanted or "group_var" not in question.keys):
        treatment = roles.group
    kinds = {column.name: column.kind for column in question.columns}
    used = [name for name in (roles.outcome, roles.treatment, *roles.controls) if name]
    text = [name for name in used if kinds.get(name) == "string"]
    return {
        "draft_text": _draft_text(roles, treatment, wanted),
        "outcome_var": roles.outcome,
        "treatment_var": treatment,
        "controls": list(roles.controls),
        "group_var": roles.group,
        "time_var": roles.time,
        "entity_var": roles.entity,
        "cluster_var": roles.cluster,
        "fixed_effects": list(roles.fixed_effects),
        "interaction_terms": [],
        "instrument_var": roles.instrument,
        "analysis_hints": [
            *(purpose.value for purpose in Purpose if purpose in wanted),
            *(f"not numeric: {name}" for name in text),
        ],
        "default_overrides": {},
    }


def _draft_text(roles: Roles, treatment: str | None, wanted: frozenset[Purpose]) -> str:
    parts = [f"outcome {roles.outcome}" if roles.outcome else "no outcome named"]
    parts += [f"treatment {treatment}"] if treatment else []
    parts += [f"controls {', '.join(roles.controls)}"] if roles.controls else []
    parts += [f"groups by {roles.group}"] if roles.group and roles.group != treatment else []
    return f"The requirement asks for {in_words(wanted)}: {'; '.join(parts)}."


def _families(question: Question) -> dict[str, Any]:
    wanted = _wanted(question)
    choices = ranked(question.offers, wanted, question.requirement)
    if not choices:
        raise ValueError("no family is offered")
    best = choices[0]
    picked = [choice for choice in choices if choice is best or choice.fit != "none"][: max(1, question.limit)]
    return {
        "families": [
            {
                "family_id": choice.offer.id,
                "reason": _reason(choice, wanted, question),
                "confidence": CONFIDENCE[choice.fit],
            }
            for choice in picked
        ],
        "requires_combination": False,
        "combination_reason": "",
        "analysis_sequence": [choice.offer.id for choice in picked],
    }


def _template(question: Question) -> dict[str, Any]:
    wanted = _wanted(question)
    choices = ranked(question.offers, wanted, question.requirement)
    if not choices:
        raise ValueError("no template is offered")
    best = choices[0]
    reason, confidence = _reason(best, wanted, question), CONFIDENCE[best.fit]
    return {
        "template_id": best.offer.id,
        "reason": reason,
        "confidence": confidence,
        "primary_template_id": best.offer.id,
        "primary_reason": reason,
        "primary_confidence": confidence,
        "supplementary_templates": [],
    }


def _reason(choice: Choice, wanted: frozenset[Purpose], question: Question) -> str:
    excerpt = " ".join(question.requirement.split())
    excerpt = excerpt if len(excerpt) <= _EXCERPT else excerpt[: _EXCERPT - 1].rstrip() + "…"
    variables = _variables(question)
    about = f" of {', '.join(variables)}" if variables else ""
    name = f"{choice.offer.id} ({choice.offer.name})" if choice.offer.name else choice.offer.id
    match choice.fit:
        case "full":
            fit = f"{name} does that"
        case "partial":
            missing = wanted - choice.serves
            but = f", though not the {in_words(missing)}" if missing else " among other things"
            fit = f"{name} does the {in_words(choice.serves)}{but}"
        case "near":
            fit = f"nothing offered does that, and {name} comes nearest by showing the data that it would use"
        case "none":
            fit = f"nothing offered does that or comes near, and {name} is what there is"
    return f'The requirement "{excerpt}" asks for {in_words(wanted)}{about}; {fit}.'


def _variables(question: Question) -> list[str]:
    """The draft's variables; where the prompt repeats no draft, what in the requirement looks like a column's name."""
    draft = question.draft
    controls = draft.get("controls")
    named = [draft.get("outcome_var"), draft.get("treatment_var"), draft.get("group_var")]
    named += controls if isinstance(controls, list) else []
    found = [name for name in named if isinstance(name, str) and name] or _IDENTIFIER.findall(
        _MARKER.sub("", question.requirement)
    )
    return list(dict.fromkeys(found))


def _plan(question: Question) -> dict[str, Any]:
    if not question.offers:
        raise ValueError("no template is selected")
    wanted = _wanted(question)
    about = ", ".join(_variables(question)) or "the data"
    steps: list[dict[str, Any]] = []
    for number, offer in enumerate(question.offers[: max(1, question.limit)], start=1):
        steps.append(
            {
                "step_id": f"step_{number}",
                "type": "generate_stata_do",
                "purpose": f"{in_words(wanted).capitalize()} of {about} by template {offer.id}",
                "depends_on": [steps[-1]["step_id"]] if steps else [],
                "fallback_step_id": None,
                "params": {"template_id": offer.id},
            }
        )
    return {"steps": steps}
