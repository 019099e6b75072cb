"""Experiments on altered copies of the template library, each on a stack of its own: canary, removal, absent packages."""

from pathlib import Path
from typing import TypeVar

from ss_audit.evidence.model import Statement
from ss_audit.evidence.seen import (
    DeclaredPackage,
    Journey,
    LibraryTrace,
    PackageTrial,
    Question,
    RemovedTemplate,
    TemplateChoices,
    UndeclaredPackage,
)
from ss_audit.lab.bench import Bench
from ss_audit.lab.lab import Lab
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.probes.instrumented_library import (
    add_dependency,
    call_unknown_command,
    copy_library,
    plant_canaries,
    remove_template,
)
from ss_audit.ss import facts, plans
from ss_audit.ss.dataset import nonce
from ss_audit.ss.journey import download_all, poll
from ss_audit.ss.library import read_library
from ss_audit.ss.questions import KINDS, ask

P = TypeVar("P", bound=PackageTrial)


def library_trace(lab: Lab) -> LibraryTrace:
    """A job on a copy of the library with a canary in each template."""
    source = lab.library
    if source is None:
        return LibraryTrace(library=_no_library(lab), found=False, planted={}, journey=None)
    copy = lab.scratch / "library-canary"
    copy_library(source, copy)
    planted = plant_canaries(copy, nonce(lab.rng, 12))
    said = lab.archive.record(
        Statement(
            title=f"{len(planted)} templates found, a canary planted in a copy of each",
            detail={"searched": True, "templates": len(read_library(source).templates), "planted": len(planted)},
        )
    )
    bench = lab.bench("canary", library=copy)
    journey = bench.walk(Journey, "canary job", ask("ols", lab.data, lab.rng), lab.data, lab.task_code())
    wanted = plans.template(plans.plan_of(journey.freezes[-1])) if journey.freezes else None
    shown = {str(wanted.value): planted[str(wanted.value)]} if wanted and str(wanted.value) in planted else {}
    return LibraryTrace(
        library=said,
        found=True,
        planted={key: {"literal": c.literal, "computed": c.computed} for key, c in (shown or planted).items()},
        journey=journey,
    )


def template_choices(lab: Lab) -> TemplateChoices:
    """Different questions about the same data, one of them twice, one frozen twice, one without its template."""
    bench = lab.main
    choices = tuple(_to_plan(lab, bench, kind, f"question: {kind}") for kind in KINDS)
    same = _to_plan(lab, bench, KINDS[0], f"question: {KINDS[0]}, again")
    first = bench.walks[f"question: {KINDS[0]}"]
    refrozen = None
    if first.access and choices[0].halt is None:
        refrozen = bench.client.send(
            "plan freeze, again", "POST", f"/v1/jobs/{first.access.job_id}/plan/freeze", headers=first.access.header,
            body={"answers": {}, "variable_corrections": {}},
        )  # fmt: skip
    library, without = _without_the_chosen(lab, choices[0])
    return TemplateChoices(choices=choices, same_again=same, refrozen=refrozen, without=without, library=library)


def _without_the_chosen(lab: Lab, journey: Journey) -> tuple[Statement, RemovedTemplate | None]:
    chosen = plans.template(plans.plan_of(journey.freezes[-1])) if journey.freezes else None
    if lab.library is None or chosen is None:
        why = "no template library was found" if lab.library is None else "no template was chosen that could be removed"
        return lab.archive.record(Statement(title=why, detail={"why": why})), None
    template = str(chosen.value)
    copy = lab.scratch / "library-removed"
    if template not in read_library(lab.library).templates:
        why = f"the chosen template {template} is not in the library that we found"
        return lab.archive.record(Statement(title=why, detail={"why": why})), None
    copy_library(lab.library, copy)
    touched = remove_template(copy, template)
    removed = lab.archive.record(
        Statement(
            title=f"{template} removed from a copy of the library", detail={"template": template, "touched": list(touched)}
        )
    )
    again = _to_plan(lab, lab.bench("removed", library=copy), journey.question.kind, f"question without {template}")
    return removed, RemovedTemplate(template_id=template, removed=removed, journey=again)


def declared_package(lab: Lab) -> DeclaredPackage:
    """The template that SS chooses declares an absent package."""
    return _package_trial(lab, DeclaredPackage, "declared")


def undeclared_package(lab: Lab) -> UndeclaredPackage:
    """The template that SS chooses calls a command that Stata does not know."""
    return _package_trial(lab, UndeclaredPackage, "undeclared")


def _package_trial(lab: Lab, kind: type[P], how: str) -> P:
    package = f"ssaudit_{nonce(lab.rng, 8)}"
    if lab.library is None:
        return kind(how=how, package=package, planted=_no_library(lab))  # type: ignore[arg-type]
    copy = lab.scratch / f"library-{how}"
    library = copy_library(lab.library, copy)
    if how == "declared":
        altered = [key for key, template in library.templates.items() if template.meta_file is not None]
        add_dependency(copy, altered, package)
    else:
        altered = [key for key, template in library.templates.items() if template.do_file is not None]
        call_unknown_command(copy, altered, package)
    ado = AdoFolder(lab.scratch / f"ado-{how}")
    planted = lab.archive.record(
        Statement(
            title=f"package {package}, absent from Stata, {how} in a copy of {len(altered)} templates",
            detail={"package": package, "how": how, "templates": len(altered), "library": "a copy, never SS's own"},
        )
    )
    bench = lab.bench(how, library=copy, ado=ado)
    label = f"job with an absent package, {how}"
    journey = bench.walk(Journey, label, ask("ols", lab.data, lab.rng), lab.data, lab.task_code())
    rest = _recover(lab, bench, label, journey, ado, package)
    return kind(how=how, package=package, planted=planted, journey=journey, **rest)  # type: ignore[arg-type]


def _recover(lab: Lab, bench: Bench, label: str, journey: Journey, ado: AdoFolder, package: str) -> dict[str, object]:
    """Installs the package and runs the same job again, when it failed at the run."""
    access = bench.walks[label].access
    if access is None or journey.halt is None or journey.halt.stage != "finish":
        return {}
    status = bench.client.job(access)
    failed_index = bench.client.artifacts(access)
    ado.install(package)
    installed = lab.archive.record(
        Statement(title=f"package {package} installed on the ado path that Stata sees", detail={"package": package})
    )
    retry = bench.client.run(access)
    polls = poll(bench.client, access, lab.in_force.settings.timeout_job) if retry.is_success else ()
    index = bench.client.artifacts(access)
    _, artifacts = download_all(bench.client, access, index, "after retry") if index.is_success else ((), ())
    bench.stata_runs(access.job_id)
    bench.refuse_engine_gaps(artifacts, ())
    return {
        "status_after_failure": status,
        "failed_index": failed_index,
        "failed_artifacts": journey.artifacts,
        "installed": installed,
        "retry": retry,
        "retry_polls": polls,
        "retry_index": index,
        "retry_artifacts": artifacts,
    }


def _to_plan(lab: Lab, bench: Bench, kind: str, label: str) -> Journey:
    question: Question = ask(kind, lab.data, lab.rng)
    journey = bench.walk(Journey, label, question, lab.data, lab.task_code(), until="freeze")
    walk = bench.walks[label]
    if walk.access is None or journey.halt is not None:
        return journey
    index = bench.client.artifacts(walk.access)
    rows = [r for r in facts.indexed_artifacts(facts.answered(index)) if "select" in (facts.artifact_path(r) or "")]
    kept = [artifact for _, artifact in (bench.client.download(walk.access, row) for row in rows) if artifact]
    return journey.model_copy(update={"index": index, "artifacts": tuple(kept)})


def _no_library(lab: Lab) -> Statement:
    place = "the reference library" if lab.in_force.stack == "reference" else "assets/stata_do_library of the checkout"
    return lab.archive.record(Statement(title="no template library was found", detail={"searched": Path(place).as_posix()}))
