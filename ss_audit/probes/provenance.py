"""What stands in for Stata and the LLM by declaration, and what would count as the real thing."""

from collections.abc import Callable

from ss_audit.evidence.model import OperatorCommand, Statement, now
from ss_audit.evidence.seen import MainJourney, Provenance
from ss_audit.lab.lab import Lab
from ss_audit.stack.operator_command import MeansFailed


def provenance(lab: Lab, observe: Callable[[type[MainJourney]], MainJourney]) -> Provenance:
    """The declaration, from the settings in force. Of an SS that ran already, what the provider counted until the main job
    was done, and what start_commands show."""
    in_force, s = lab.in_force, lab.in_force.settings
    stand_ins = ", ".join(in_force.stand_ins) or "nothing"
    said = Statement(title=f"declared as standing in: {stand_ins}", detail={"stand_ins": list(in_force.stand_ins)})
    return Provenance(
        declared=lab.archive.record(said),
        profile=s.profile,
        stata=in_force.stata,
        llm=in_force.llm,
        model=s.llm_model,
        echoes=(s.llm_model, *s.llm_model_echoes),
        hosts=s.llm_hosts,
        usage=_usage(lab, observe) if "llm witness" in lab.lacks else None,
        started=lab.main.processes if "stata witness" in lab.lacks else (),
    )


def _usage(lab: Lab, observe: Callable[[type[MainJourney]], MainJourney]) -> OperatorCommand | None:
    """By the operator's command; None without one. A command that fails is returned as it ended."""
    command, means = lab.in_force.settings.llm_usage_command, lab.main.means
    if command is None or means is None:
        return None
    journey = observe(MainJourney)
    began = min((exchange.at for exchange in (journey.redeem, *journey.drafts) if exchange), default=now())
    try:
        until = {"since": began.isoformat(timespec="seconds"), "until": now().isoformat(timespec="seconds")}
        run, _ = means.operator.run("llm_usage_command", command, until)
    except MeansFailed as error:
        return error.run
    return run
