"""Which experiment makes which observation."""

from collections.abc import Callable
from typing import Any

from ss_audit.checks.judgement import Blame
from ss_audit.evidence import seen
from ss_audit.evidence.observation import Observation
from ss_audit.lab.lab import Lab
from ss_audit.probes import altered, answers_left_out, jobs, surfaces
from ss_audit.probes.executed_template import executed_template
from ss_audit.probes.provenance import provenance
from ss_audit.probes.spec_pack import spec_pack
from ss_audit.probes.stack_start import stack_start
from ss_audit.stack.errors import StackError

Observe = Callable[[type[Any]], Any]
Observer = Callable[[Lab, Observe], Observation]

OBSERVERS: dict[type[Observation], Observer] = {
    seen.SpecPackSeen: lambda lab, _: spec_pack(lab),
    seen.StackSeen: lambda lab, _: stack_start(lab),
    seen.Provenance: lambda lab, observe: provenance(lab, observe),
    seen.SurfacesSeen: lambda lab, _: surfaces.surfaces(lab),
    seen.MainJourney: lambda lab, _: jobs.main_journey(lab),
    seen.PublishedJourney: lambda lab, _: jobs.published_journey(lab),
    seen.OperatorsJourney: lambda lab, _: jobs.operators_journey(lab),
    seen.AccessTrials: lambda lab, _: jobs.access_trials(lab),
    seen.RestartTrial: lambda lab, observe: jobs.restart_trial(lab, observe(seen.MainJourney)),
    seen.LibraryTrace: lambda lab, observe: altered.library_trace(lab, observe),
    seen.TemplateChoices: lambda lab, _: altered.template_choices(lab),
    seen.ExecutedTemplate: lambda lab, observe: executed_template(lab, observe(seen.MainJourney)),
    seen.MissingParameters: lambda lab, _: answers_left_out.missing_parameters(lab),
    seen.DeclaredPackage: lambda lab, observe: altered.declared_package(lab, observe),
    seen.UndeclaredPackage: lambda lab, _: altered.undeclared_package(lab),
}


def blame_for(error: Exception) -> Blame:
    """Whose fault it is: the stack's errors say so, the operating system's are the environment's."""
    return error.blame if isinstance(error, StackError) else "environment"


def could_not_start(error: Exception) -> str:
    """An error of the stack or the operating system, in words."""
    return str(error) if not isinstance(error, OSError) else f"the operating system refused: {error}"
