"""A frozen plan that lacks something, or does not stay what it was."""

import copy
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "Plan freeze includes template choice, bindings, dependencies, and artifact contract"


def _showing(change: Callable[[dict[str, Any]], None]) -> None:
    """Alters every plan that people see, be it in an answer or as a file. In: the parameters of its generating step."""
    from rehearsal.reference_ss.journey.planning import Planning
    from rehearsal.reference_ss.store import files

    def altered(plan: Any) -> Any:
        shown = copy.deepcopy(plan)
        change(shown["steps"][0]["params"])
        return shown

    for name in ("freeze", "read"):
        instead_of(Planning, name)(lambda original, *given: altered(original(*given)))

    @instead_of(files, "write_json")
    def write_json(original: Any, path: Any, payload: Any, *rest: Any) -> None:
        original(path, altered(payload) if path.name == "plan.json" else payload, *rest)


def _no_template() -> None:
    def without(params: dict[str, Any]) -> None:
        for part in (params, params["template_contract"], params["selection"]):
            del part["template_id"]

    _showing(without)


def _no_bound_parameters() -> None:
    def without(params: dict[str, Any]) -> None:
        del params["template_params"], params["template_contract"]["params_contract"]["bound_values"]

    _showing(without)


def _bound_parameters_are_empty() -> None:
    def emptied(params: dict[str, Any]) -> None:
        params["template_params"] = params["template_contract"]["params_contract"]["bound_values"] = {}

    _showing(emptied)


def _missing_not_stated() -> None:
    _showing(lambda params: params["template_contract"]["params_contract"].pop("missing_required"))


def _no_dependencies() -> None:
    _showing(lambda params: params["template_contract"].pop("dependencies"))


def _no_storage_location() -> None:
    _showing(lambda params: params["template_contract"]["outputs_contract"].pop("archive_dir_rel_path"))


def _no_outputs() -> None:
    _showing(lambda params: params["template_contract"]["outputs_contract"].update(declared=[]))


def _changes_when_it_runs() -> None:
    from rehearsal.reference_ss.worker.job_runs import JobRuns

    @instead_of(JobRuns, "_open")
    def opened(original: Any, self: Any, job_id: str) -> Any:
        with self._store.edit(job_id) as job:
            job.plan["steps"][1]["params"]["timeout_seconds"] += 1
        return original(self, job_id)


def _read_back_is_made_anew() -> None:
    from rehearsal.reference_ss.journey.planning import Planning

    @instead_of(Planning, "read")
    def read(original: Any, self: Any, job_id: str) -> Any:
        return {**original(self, job_id), "plan_id": "0" * 64}


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "major", "where": ("api",), **more}
    return Fault(
        name=name, group="plan", what=what, scenario=SCENARIO, check=check, saw=saw, verdict="NOT READY", apply=apply, **given
    )


FAULTS = (
    _fault(
        "plan-without-template",
        "The frozen plan does not say which template will be used.",
        _no_template,
        "plan.names_its_template",
        r"no template reference in the plan",
    ),
    _fault(
        "plan-without-bound-parameters",
        "The frozen plan does not say to which columns the template is bound.",
        _no_bound_parameters,
        "plan.holds_bound_parameters",
        r"no bound parameters in the plan",
    ),
    _fault(
        "plan-with-nothing-bound",
        "The frozen plan has a place for the bound parameters, and nothing stands there.",
        _bound_parameters_are_empty,
        "plan.holds_bound_parameters",
        r"bound_values: none",
    ),
    _fault(
        "plan-silent-about-what-is-missing",
        "The frozen plan says nothing about missing parameters, not even that there are none.",
        _missing_not_stated,
        "plan.states_what_is_missing",
        r"the plan says nothing about missing parameters",
        severity="minor",
    ),
    _fault(
        "plan-silent-about-dependencies",
        "The frozen plan says nothing about the packages that it needs.",
        _no_dependencies,
        "plan.states_dependencies",
        r"no dependency information in the plan",
    ),
    _fault(
        "plan-without-storage-location",
        "The frozen plan promises outputs, and not where they will be.",
        _no_storage_location,
        "plan.promises_outputs_and_places",
        r"stored at no place that the plan names",
        severity="minor",
    ),
    _fault(
        "plan-without-outputs",
        "The frozen plan promises no output at all.",
        _no_outputs,
        "plan.promises_outputs_and_places",
        r"no outputs; stored at",
    ),
    _fault(
        "plan-changes-when-it-runs",
        "The worker writes into the frozen plan when it runs it.",
        _changes_when_it_runs,
        "plan.stays_what_was_frozen",
        r"differs or is gone: .*plan",
        severity="critical",
        where=("worker",),
    ),
    _fault(
        "plan-read-back-is-another",
        "Reading the plan answers with one that is made anew, not with the one that was frozen.",
        _read_back_is_made_anew,
        "plan.stays_what_was_frozen",
        r"differs or is gone: .*plan",
        severity="critical",
    ),
)
