"""behave's hooks, nothing else: open the audit, note what each scenario and step rested on, close the audit."""

from ss_audit import runner
from ss_audit.behave_outcome import problem_in
from ss_audit.report.attachments import attach, attach_picture

RUN = runner.current()


def before_all(context):
    context.audit = RUN.audit
    RUN.start()


def before_scenario(context, scenario):
    RUN.reports.places.begun(scenario.name)
    context.audit.begin(scenario.name)
    RUN.live.begins(scenario.name)


def after_step(context, step):
    archive = context.audit.archive
    touched = context.audit.touched()
    attach(touched, archive.entries, archive.folder)
    if step.step_type == "then":
        attach_picture(touched)
    if step.status.has_failed() and step.step_type != "then":
        context.scenario.continue_after_failed_step = False


def after_scenario(context, scenario):
    if not context._runner.aborted:
        concluded = context.audit.conclude(scenario.name, problem_in(scenario))
        RUN.live.ended(scenario.name, concluded.outcome)
