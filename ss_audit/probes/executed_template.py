"""The source of the template that the main job's plan names, read from SS's own library."""

from ss_audit.evidence.model import FileSeen, Statement
from ss_audit.evidence.seen import ExecutedTemplate, MainJourney
from ss_audit.lab.lab import Lab
from ss_audit.probes.altered import no_library
from ss_audit.ss import plans
from ss_audit.ss.library import LibraryError, template_source


def executed_template(lab: Lab, journey: MainJourney) -> ExecutedTemplate:
    """Reads one file; where there is no library, no plan or no such template, the observation says so."""
    found = plans.template(plans.plan_of(journey.freezes[-1])) if journey.freezes else None
    if lab.library is None or found is None:
        looked = no_library(lab) if lab.library is None else _said(lab, "no plan names a template")
        return ExecutedTemplate(journey=journey, looked=looked)
    try:
        raw = template_source(lab.library, str(found.value))
    except LibraryError:
        return ExecutedTemplate(journey=journey, looked=_said(lab, f"no template {found.value} in the library"))
    source = FileSeen(
        title=f"source of template {found.value}",
        path=f"{found.value}, in SS's template library",
        body=lab.archive.body(raw, "text/plain", keep_as=f"templates/{found.value}.do"),
    )
    looked = _said(lab, f"template {found.value} read from SS's library")
    return ExecutedTemplate(journey=journey, looked=looked, source=lab.archive.record(source))


def _said(lab: Lab, what: str) -> Statement:
    return lab.archive.record(Statement(title=what))
