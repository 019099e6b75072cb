"""What the frozen plan holds, under whichever names, and that it stays what it was."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from typing import Any

from checks.cases import Case, holds, parametrized, row
from checks.observations import CSV, DO_FILE, REASON, artifacts, exchange, halted, main_journey, plan, template_contract
from ss_audit.checks import plan as checks
from ss_audit.evidence.seen import MainJourney

GOOD = main_journey()
ALL = (
    checks.names_its_template, checks.says_why_this_template, checks.holds_bound_parameters, checks.states_what_is_missing,
    checks.states_dependencies, checks.promises_outputs_and_places, checks.stays_what_was_frozen,
    checks.binds_the_columns_of_the_question, checks.runs_on_what_was_bound,
)  # fmt: skip


def frozen(value: Any, later: Any = None, selection: Any = None) -> MainJourney:
    """SS answers the freeze and every read with this plan; the plan file among the artifacts is gone."""
    read = exchange("plan", {"plan": value if later is None else later})
    changed = GOOD.model_copy(
        update={
            "freezes": (exchange("plan freeze", {"plan": value}, method="POST"),),
            "plan_read": read,
            "plan_read_later": read,
        }
    )
    files = {
        "artifacts/plan.json": None,
        "artifacts/llm/select/response.txt": None,
        "artifacts/selection/stage2.json": json.dumps(selection) if selection else None,
    }
    return artifacts(changed, files)


def in_a_file(name: str, value: Any) -> MainJourney:
    """The answers to the freeze and to reads say nothing of the plan; this file holds it."""
    return artifacts(frozen({}), {f"artifacts/{name}": json.dumps(value)})


def flat(beside: dict[str, Any], beside_later: dict[str, Any]) -> MainJourney:
    """The plan is the answer, and each answer says something beside it."""
    read = exchange("plan", {**plan(), **beside_later})
    freeze = exchange("plan freeze", {**plan(), **beside}, method="POST")
    return GOOD.model_copy(update={"freezes": (freeze,), "plan_read": read, "plan_read_later": read})


def params(bound: Any) -> MainJourney:
    return frozen(plan(params_contract={"bound_values": bound, "missing_required": []}))


def without(name: str) -> MainJourney:
    value = plan()
    del value["steps"][0]["params"]["template_contract"][name]
    return frozen(value)


def outputs(contract: Any) -> MainJourney:
    return frozen(plan(outputs_contract=contract))


BARE = plan(reason=None)
ELSEWHERE = {"selection": {"primary_template_id": "R02", "primary_reason": REASON}}
OTHER = {"selection": {"primary_template_id": "R01", "primary_reason": "Means are wanted here."}, "candidates": ["R02"]}
IN_A_DEPENDENCY = plan(reason=None, dependencies=[{"pkg": "estout", "reason": "Needed for the table export."}])
NAMED = [{"name": "__DEPVAR__", "value": "y_q1"}, {"name": "__INDEPVARS__", "value": ["x_q2", "z_q3"]}]
BY_OBJECT = {"__DEPVAR__": {"value": "y_q1"}, "__INDEPVARS__": {"value": "x_q2 z_q3"}}
HIDDEN = exchange("plan", {"error_code": "NOT_FOUND"}, 404)
NOT_SO = exchange("plan", {"error_code": "NO_SUCH_METHOD"}, 405)
MINE = {"template": {"id": "R02"}, "selection_rationale": REASON, "bindings": {"y": "y_q1", "covariates": ["x_q2", "z_q3"]},
        "unknown_fields": [], "requires": [], "artifacts_contract": {"files": ["table.csv"], "location": "runs/1/out"}}  # fmt: skip
CHINESE = plan(reason="该模板适合对变量做线性回归分析")
OPENS_LATER = GOOD.model_copy(update={"freezes": (exchange("plan freeze", {"status": "frozen"}, method="POST"),)})
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in ALL),
    *(row(check, "other names", frozen(MINE), "pass") for check in ALL),
    *(row(check, "only to be read, not in the answer", OPENS_LATER, "pass") for check in ALL),
    *(row(check, "nothing", frozen({}), "fail") for check in ALL if check is not checks.stays_what_was_frozen),
    *(row(check, "not frozen", halted("freeze"), "not_evidenced", "ended at freeze") for check in ALL),
    row(checks.names_its_template, "an empty name", frozen(plan("")), "fail"),
    row(checks.says_why_this_template, "none", frozen(BARE), "fail", "no rationale"),
    row(checks.says_why_this_template, "one word", frozen(plan(reason="regression")), "fail"),
    row(checks.says_why_this_template, "in Chinese", frozen(CHINESE), "pass"),
    row(checks.says_why_this_template, "elsewhere", frozen(BARE, selection=ELSEWHERE), "pass", "stage2.json"),
    row(checks.says_why_this_template, "elsewhere, for another template", frozen(BARE, selection=OTHER), "fail"),
    row(checks.says_why_this_template, "the reason of a dependency", frozen(IN_A_DEPENDENCY), "fail"),
    row(checks.holds_bound_parameters, "an empty mapping", params({}), "fail"),
    row(checks.holds_bound_parameters, "a list", params(NAMED), "pass"),
    row(checks.holds_bound_parameters, "objects", params(BY_OBJECT), "pass"),
    row(checks.states_what_is_missing, "absent", frozen(plan(params_contract={"bound_values": {"a": "b"}})), "fail"),
    row(checks.states_what_is_missing, "null", frozen(plan(params_contract={"missing_required": None})), "fail"),
    row(checks.states_dependencies, "absent", without("dependencies"), "fail"),
    row(checks.states_dependencies, "none needed", frozen(plan(dependencies=[])), "pass"),
    row(checks.promises_outputs_and_places, "absent", without("outputs_contract"), "fail", "no outputs"),
    row(checks.promises_outputs_and_places, "no place", outputs({"declared": [{"file": "table.csv"}]}), "fail", "no place"),
    row(checks.promises_outputs_and_places, "an empty list", outputs({"declared": [], "archive_dir": "runs/1"}), "fail"),
    row(checks.promises_outputs_and_places, "names only", outputs({"declared": ["a.csv"], "archive_dir": "out"}), "pass", "a.csv"),
    row(checks.promises_outputs_and_places, "a folder by its name", outputs({"files": ["a.csv"], "dir": "results"}), "pass", "results"),
    row(checks.promises_outputs_and_places, "by name", outputs({"a.csv": {"path": "runs/1/a.csv"}}), "pass", "a.csv"),
    row(checks.stays_what_was_frozen, "changed", frozen(plan(), plan("R03")), "fail", "differs"),
    row(checks.stays_what_was_frozen, "changed after the run",
        GOOD.model_copy(update={"plan_read_later": exchange("plan", {"plan": plan("R03")})}), "fail"),
    row(checks.stays_what_was_frozen, "gone after the run", GOOD.model_copy(update={"plan_read_later": HIDDEN}), "fail", "404"),
    row(checks.stays_what_was_frozen, "never readable",
        GOOD.model_copy(update={"plan_read": HIDDEN, "plan_read_later": HIDDEN}), "not_evidenced", "no way to read"),
    row(checks.stays_what_was_frozen, "never read", GOOD.model_copy(update={"plan_read": None, "plan_read_later": None}), "fail"),
    row(checks.stays_what_was_frozen, "flat, with what the freeze says besides", flat({"is_idempotent": False, "message": "Frozen."}, {}), "pass"),
    row(checks.stays_what_was_frozen, "flat, beside the job's status", flat({"job_status": "draft_ready"}, {"job_status": "succeeded"}), "pass"),
    row(checks.stays_what_was_frozen, "flat, beside a status that comes later", flat({}, {"Status": "succeeded"}), "pass"),
    row(checks.stays_what_was_frozen, "flat, of another id", flat({}, {"plan_id": "p2"}), "fail", "differs"),
    row(checks.stays_what_was_frozen, "flat, another value", flat({"alpha": 0.05}, {"alpha": 0.1}), "fail", "differs"),
    row(checks.stays_what_was_frozen, "flat, its reason gone", flat({"selection_reason": REASON}, {}), "fail", "differs"),
    row(checks.stays_what_was_frozen, "flat, a list gone", flat({"dependencies": []}, {}), "fail", "differs"),
    row(checks.stays_what_was_frozen, "flat, another step", flat({}, plan("R03")), "fail", "differs"),
    row(checks.stays_what_was_frozen, "a status that is a list", flat({"status": ["a"]}, {"status": ["b"]}), "fail", "differs"),
    row(checks.stays_what_was_frozen, "nothing at all", frozen({}), "fail"),
    row(checks.binds_the_columns_of_the_question, "another column", params({"DEPVAR": "unit_q5", "INDEPVARS": "x_q2 z_q3"}), "fail", "y_q1"),
    row(checks.binds_the_columns_of_the_question, "swapped", params({"DEPVAR": "x_q2", "INDEPVARS": "y_q1 z_q3"}), "fail", "role"),
    row(checks.binds_the_columns_of_the_question, "one left out", params({"DEPVAR": "y_q1", "INDEPVARS": "x_q2"}), "fail", "not bound: z_q3"),
    row(checks.binds_the_columns_of_the_question, "in one list", params({"NUMERIC_VARS": "y_q1 x_q2 z_q3"}), "pass"),
    row(checks.binds_the_columns_of_the_question, "the unit as a regressor", params({"DEPVAR": "y_q1", "INDEPVARS": "x_q2 z_q3 unit_q5"}), "fail", "nobody asked about: unit_q5"),
    row(checks.binds_the_columns_of_the_question, "with the unit", params([*NAMED, {"name": "ID", "value": "unit_q5"}]), "pass"),
    row(checks.runs_on_what_was_bound, "no do-file", artifacts(GOOD, {"stata.do": None}), "fail", "no do-file"),
    row(checks.runs_on_what_was_bound, "other columns", artifacts(GOOD, {"stata.do": "regress a b"}), "fail", "not in the do-file"),
    row(checks.runs_on_what_was_bound, "only in a comment", artifacts(GOOD, {"stata.do": "* y_q1 x_q2 z_q3\nregress a b"}), "fail"),
    row(checks.runs_on_what_was_bound, "another layout", artifacts(GOOD, {"stata.do": None, "out/analysis.do": DO_FILE}), "pass"),
    row(checks.runs_on_what_was_bound, "not run", halted("finish"), "not_evidenced"),
    *(row(check, "only in a file", in_a_file(name, plan()), "pass") for check in ALL[:6] for name in ("plan.json",)),
    row(checks.names_its_template, "in a file of another name for it", in_a_file("frozen_plan.json", plan()), "pass"),
    row(checks.names_its_template, "in no file for it", in_a_file("candidates.json", plan()), "fail", "no template"),
    row(checks.names_its_template, "in an error", frozen({}).model_copy(update={"plan_read": exchange("plan", {"plan": plan()}, 500)}), "fail"),
    *(row(checks.runs_on_what_was_bound, f"only the {what} is kept", artifacts(GOOD, {"stata.do": None, f"artifacts/{what}/R02.do": DO_FILE}), "fail", "no do-file")
      for what in ("template", "source")),
    row(checks.runs_on_what_was_bound, "another do-file beside it", artifacts(GOOD, {"stata.do": "regress a b", "runs/r1/more.do": DO_FILE}), "fail", "not in the do-file"),
    row(checks.runs_on_what_was_bound, "only in another comment", artifacts(GOOD, {"stata.do": "// y_q1 x_q2 z_q3\nregress a b"}), "fail"),
    row(checks.binds_the_columns_of_the_question, "a long name for a role", params({"my_outcome": "x_q2", "my_controls": "y_q1 z_q3"}), "fail", "role"),
    *(row(checks.binds_the_columns_of_the_question, f"swapped: {word}", params({word: "x_q2", "FREE": "y_q1 z_q3"}), "fail", "role")
      for word in ("outcome", "outcome_var", "dep_1", "dependent", "dependent_var", "y", "yvar", "response", "test_var")),
    *(row(checks.binds_the_columns_of_the_question, f"swapped: {word}", params({"FREE": "x_q2 z_q3", word: "y_q1"}), "fail", "role")
      for word in ("indep_1", "independent", "regressors", "controls", "covariates", "xvars", "treatment", "treat")),
    row(checks.stays_what_was_frozen, "a way to read that takes no such call", GOOD.model_copy(
        update={"plan_read": NOT_SO, "plan_read_later": NOT_SO}), "not_evidenced", "no way to read"),
    *(row(checks.binds_the_columns_of_the_question, f"swapped: {word}", params({word: "x_q2", "FREE": "y_q1 z_q3"}), "fail", "role") for word in ("outcomevar", "dependentvar")),
    row(checks.binds_the_columns_of_the_question, "the unit is what is asked about", GOOD.model_copy(
        update={"question": GOOD.question.model_copy(update={"unit": "x_q2"})}), "pass"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_a_column_nobody_asked_about_is_found() -> None:
    asked = GOOD.question.model_copy(update={"controls": ()})
    found = checks.binds_the_columns_of_the_question.judge(GOOD.model_copy(update={"question": asked}))
    assert (found.outcome, "nobody asked about: z_q3" in found.saw) == ("fail", True)
    assert "z_q3" in CSV


def test_a_rationale_elsewhere_is_told_of() -> None:
    assert "stage2.json" in (checks.says_why_this_template.judge(frozen(BARE, selection=ELSEWHERE)).advisory or "")
    assert checks.says_why_this_template.judge(GOOD).advisory is None


def test_the_contract_of_the_builders_is_whole() -> None:
    assert set(template_contract()) == {"params_contract", "dependencies", "outputs_contract"}
