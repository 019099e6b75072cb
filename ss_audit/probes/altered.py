"""Experiments on altered copies of the template library, each on a stack of its own: canary, removal, absent packages."""

from collections.abc import Callable
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

from ss_audit.evidence.model import Statement
from ss_audit.evidence.seen import (
    DeclaredPackage,
    ExecutedTemplate,
    Journey,
    LibraryTrace,
    MainJourney,
    PackageTrial,
    Question,
    RemovedTemplate,
    TemplateChoices,
    UndeclaredPackage,
)
from ss_audit.lab.bench import Bench
from ss_audit.lab.lab import Lab
from ss_audit.probes.ado_path import AdoFolder, is_stata_name
from ss_audit.probes.instrumented_library import (
    ADO_PATH_WORD,
    add_dependency,
    call_unknown_command,
    copy_library,
    plant_canaries,
    remove_template,
    tell_ado_path,
)
from ss_audit.ss import facts, plans
from ss_audit.ss.dataset import nonce
from ss_audit.ss.journey import download_all, poll
from ss_audit.ss.library import read_library
from ss_audit.ss.questions import KINDS, ask

Observe = Callable[[type[Any]], Any]
P = TypeVar("P", bound=PackageTrial)


def library_trace(lab: Lab, observe: Observe) -> LibraryTrace:
    """A job on a copy of the library with a canary in each template; where the library can't be altered, the main job and
    the source of its template."""
    source = lab.library
    if source is None:
        _ = lab.main  # that an SS has no library is said of one that runs
        return LibraryTrace(library=no_library(lab), found=False, planted={}, journey=None)
    if "library" in lab.lacks:
        executed: ExecutedTemplate = observe(ExecutedTemplate)
        found = len(read_library(source).templates)
        title = f"{found} templates found, which can only be compared with what ran: {lab.lacks['library']}"
        detail = {"searched": True, "templates": found, "planted": 0}
        said = lab.archive.record(Statement(title=title, detail=detail))
        return LibraryTrace(library=said, found=True, planted={}, journey=executed.journey, compared=executed.source)
    name = _unused(lab, "canary")
    copy = lab.scratch / f"library-{name}"
    copy_library(source, copy)
    planted = plant_canaries(copy, nonce(lab.rng, 12))
    said = lab.archive.record(
        Statement(
            title=f"{len(planted)} templates found, a canary planted in a copy of each",
            detail={"searched": True, "templates": len(read_library(source).templates), "planted": len(planted)},
        )
    )
    bench = lab.bench(name, library=copy)
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
            "plan freeze, again", "POST", f"{first.access.path}/plan/freeze", headers=first.access.header,
            body={"answers": {}, "variable_corrections": {}},
        )  # fmt: skip
    library, without = _without_the_chosen(lab, choices[0])
    return TemplateChoices(choices=choices, same_again=same, refrozen=refrozen, without=without, library=library)


def _without_the_chosen(lab: Lab, journey: Journey) -> tuple[Statement, RemovedTemplate | None]:
    chosen = plans.template(plans.plan_of(journey.freezes[-1])) if journey.freezes else None
    if "library" in lab.lacks or lab.library is None or chosen is None:
        none_chosen = "no template was chosen that could be removed"
        why = lab.lacks.get("library") or ("no template library was found" if lab.library is None else none_chosen)
        return lab.archive.record(Statement(title=why, detail={"why": why})), None
    template = str(chosen.value)
    name = _unused(lab, "removed")
    copy = lab.scratch / f"library-{name}"
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
    again = _to_plan(lab, lab.bench(name, library=copy), journey.question.kind, f"question without {template}")
    return removed, RemovedTemplate(template_id=template, removed=removed, journey=again)


def declared_package(lab: Lab, observe: Observe) -> DeclaredPackage:
    """The template that SS chooses declares an absent package. Where no library can be altered, it is a package that the
    template of the main job needs already, and it is removed."""
    if {"library", "packages"} & lab.lacks.keys() and "published packages" not in lab.lacks:
        return _with_a_package_of_its_own(lab, observe(MainJourney))
    return _package_trial(lab, DeclaredPackage, "declared")


def undeclared_package(lab: Lab) -> UndeclaredPackage:
    """The template that SS chooses calls a command that Stata does not know."""
    return _package_trial(lab, UndeclaredPackage, "undeclared")


def _package_trial(lab: Lab, kind: type[P], how: str) -> P:
    package = f"ssaudit_{nonce(lab.rng, 8)}"
    gaps = [lab.lacks[mean] for mean in ("library", "packages") if mean in lab.lacks]
    if gaps or lab.library is None:
        absent = lab.archive.record(Statement(title="; ".join(gaps))) if gaps else no_library(lab)
        return kind(how=how, package=package, planted=absent)  # type: ignore[arg-type]
    name = _unused(lab, how)
    copy = lab.scratch / f"library-{name}"
    library = copy_library(lab.library, copy)
    ado = AdoFolder(lab.scratch / f"ado-{name}")
    asked = how == "undeclared" and not lab.in_force.runs_already  # there, the operator's own commands install packages
    if how == "declared":
        altered = [key for key, template in library.templates.items() if template.meta_file is not None]
        add_dependency(copy, altered, package)
    else:
        altered = [key for key, template in library.templates.items() if template.do_file is not None]
        call_unknown_command(copy, altered, package)
        if asked:
            tell_ado_path(copy, altered, ado.path.resolve())
    planted = lab.archive.record(
        Statement(
            title=f"package {package}, absent from Stata, {how} in a copy of {len(altered)} templates",
            detail={"package": package, "how": how, "templates": len(altered), "library": "a copy, never SS's own"},
        )
    )
    bench = lab.bench(name, library=copy, ado=ado)
    label = f"job with an absent package, {how}"
    journey = bench.walk(Journey, label, ask("ols", lab.data, lab.rng), lab.data, lab.task_code())
    rest = _recover(lab, bench, label, journey, package)
    word = ADO_PATH_WORD if asked else None
    seen = {"how": how, "package": package, "planted": planted, "journey": journey, "ado_path_word": word, **rest}
    return kind(**seen)  # type: ignore[arg-type]


def _with_a_package_of_its_own(lab: Lab, main: MainJourney) -> DeclaredPackage:
    """The package is there again at the end, whatever comes in between."""
    plan = plans.plan_of(main.freezes[-1]) if main.freezes else None
    needed = [name for name in plans.package_names(plan) if is_stata_name(name)]  # SS's word ends up in a command
    packages = lab.main.packages
    if not needed or packages is None:
        gaps = [lab.lacks[mean] for mean in ("library", "packages") if mean in lab.lacks]
        why = f"the main job's template needs no package that could be removed; {'; '.join(gaps)}"
        return DeclaredPackage(how="declared", package="", planted=lab.archive.record(Statement(title=why)))
    package, label = needed[0], "job with its package removed"
    packages.remove(package)
    try:
        planted = lab.archive.record(
            Statement(title=f"package {package}, which the main job's template needs, removed", detail={"package": package})
        )
        journey = lab.main.walk(Journey, label, ask("ols", lab.data, lab.rng), lab.data, lab.task_code())
        rest = _recover(lab, lab.main, label, journey, package)
    finally:
        packages.install(package)
    return DeclaredPackage(how="declared", package=package, planted=planted, journey=journey, **rest)  # type: ignore[arg-type]


def _recover(lab: Lab, bench: Bench, label: str, journey: Journey, package: str) -> dict[str, object]:
    """Installs the package and runs the same job again, when it failed at the run or was refused there."""
    access = bench.walks[label].access
    if access is None or bench.packages is None or journey.halt is None or journey.halt.stage not in ("run", "finish"):
        return {}
    status = bench.client.job(access)
    failed_index = bench.client.artifacts(access)
    bench.packages.install(package)
    installed = lab.archive.record(
        Statement(title=f"package {package} installed on the ado path that Stata sees", detail={"package": package})
    )
    marks = bench.stack.log_marks()
    retry = bench.client.run(access)
    patience = lab.in_force.settings.timeout_job
    polls = poll(bench.client, access, patience, bench.is_broken) if retry.is_success else ()
    index = bench.client.artifacts(access)
    _, artifacts = download_all(bench.client, access, index, "after retry") if index.is_success else ((), ())
    runs = bench.stata_runs(access.job_id)
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
        "retry_logs": bench.stack.log_windows(marks, f"retry of the {label}"),
        "retry_runs": None if "stata" in bench.unwitnessed else runs,
    }


def _unused(lab: Lab, name: str) -> str:
    """A name for a stack and its folders that no earlier attempt of the same experiment took."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(n for n in names if n not in lab.benches and not (lab.scratch / f"library-{n}").exists())


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


def no_library(lab: Lab) -> Statement:
    """That there is none, or, for an SS that runs already, what would show it."""
    if "library" in lab.lacks or "stata witness" in lab.lacks:
        why = "SS runs already, and its template library is not at hand: give library_source"
        return lab.archive.record(Statement(title=why, detail={"why": why}))
    place = "the reference library" if lab.in_force.stack == "reference" else "assets/stata_do_library of the checkout"
    return lab.archive.record(Statement(title="no template library was found", detail={"searched": Path(place).as_posix()}))
