"""behave's hooks, nothing else: open the audit, note what each scenario and step rested on, close the audit."""

from ss_audit import runner
from ss_audit.report.attachments import attach

RUN = runner.current()
BROKEN = ("error", "hook_error", "cleanup_error", "undefined", "pending")


def before_all(context):
    context.audit = RUN.audit
    RUN.start()


def before_scenario(context, scenario):
    context.audit.begin(scenario.name)


def after_step(context, step):
    attach(context.audit.touched())
    if step.status.has_failed() and step.step_type != "then":
        context.scenario.continue_after_failed_step = False


def after_scenario(context, scenario):
    if not context._runner.aborted:
        broken = [step for step in scenario.steps if step.status.name in BROKEN]
        context.audit.conclude(scenario.name, f"the step “{broken[0].name}” broke: {broken[0].exception}" if broken else None)
