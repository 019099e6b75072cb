"""What stands in for Stata and the LLM by declaration, and what would count as the real thing."""

from ss_audit.evidence.model import Statement
from ss_audit.evidence.seen import Provenance
from ss_audit.lab.lab import Lab


def provenance(lab: Lab) -> Provenance:
    """The declaration, from the settings in force."""
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
    )
