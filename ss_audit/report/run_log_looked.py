"""The run log's sections about what was looked at: start, inventory, journey, LLM, runner, restart."""

import shlex
from collections.abc import Iterable, Sequence

from ss_audit.evidence.model import LlmCall, ProcessSeen, StataProcess
from ss_audit.evidence.seen import MainJourney, RestartTrial, StackSeen
from ss_audit.report.markdown import code, prose, table
from ss_audit.report.run_log_evidence import Cited
from ss_audit.report.run_log_judged import listed
from ss_audit.report.told.account import Account
from ss_audit.report.told.chain import chain_told, is_versioned, routes_of
from ss_audit.report.told.journey import journey_told
from ss_audit.report.told.numbers import regression_of
from ss_audit.report.told.words import lasted
from ss_audit.run_reading import RunRead
from ss_audit.ss import facts
from ss_audit.verdict import STANDS_IN

MEASURED = ("bytes", "polled")
NOT_REACHED = ["Not reached in this run.", ""]
RUNNER_FILES = ("stata.log", "result.log", "run.meta.json", "run.error.json", "stata.do")
RESTART_SCENARIO = "Artifacts are contract-indexed and survive restart"


def start(stack: StackSeen | None, account: Account, cited: Cited) -> list[str]:
    """The commands, word by word, and what was set for each process."""
    if stack is None:
        return NOT_REACHED
    detail = stack.started.detail
    lines = [f"- revision: {code(str(detail.get('revision') or 'not known'))}"]
    for process in stack.processes:
        lines += [f"- {process.role}:", f"  - command: {code(shlex.join(process.command) or 'not known')}"]
        lines.append(f"  - process id: {process.pid}")
        lines += [f"  - `{name}`: {code(value)}" for name, value in sorted(process.env.items())]
    lines += [f"- note: {prose(str(note))}" for note in detail.get("notes", ())]
    lines.append(f"- settings that were given: {_given(account)}")
    return [*lines, *cited.lines([stack.started.id, *(p.id for p in stack.processes)]), ""]


def _given(account: Account) -> str:
    """Names of settings, without values: some are secrets, and all stand in the event log."""
    origin = sorted(account.origin)
    return ", ".join(code(name) for name in origin) or "none"


def inventory(run: RunRead, cited: Cited) -> list[str]:
    """The routes: versioned and not, connected and not."""
    rows = sorted(routes_of(run), key=lambda row: (not is_versioned(row.path), row.path, row.method))
    if not rows:
        return ["The routes were not looked at in this run.", ""]
    shown = [
        (
            code(f"{row.method} {row.path}"), "yes" if is_versioned(row.path) else "no", row.surface,
            code(row.defined_at) if row.defined_at else "not found", "yes" if row.in_openapi else "no",
            {True: "yes", False: "no", None: "unknown"}[row.reachable],
        )
        for row in rows
    ]  # fmt: skip
    used = [e for row in rows for e in row.evidence]
    heads = ("route", "versioned", "class", "defined at", "published", "reached")
    return [*table(heads, shown), *cited.lines(used), ""]


def chain(run: RunRead, cited: Cited) -> list[str]:
    """The template chain, link by link."""
    told = chain_told(run)
    lines = [f"### Do-template library chain: {told.wired}", "", f"Integration boundary: {prose(told.boundary)}.", ""]
    for link in told.links:
        lines += [f"- {link.name}: {link.state}", f"  - saw: {prose(link.saw)}"]
        lines += cited.lines(link.evidence, "  ")
    return [*lines, ""]


def journey(main: MainJourney | None, cited: Cited) -> list[str]:
    """Every stage with its status and key fields."""
    if main is None:
        return NOT_REACHED
    told = journey_told(main)
    lines = []
    for stage in told.stages:
        lines += [f"### {stage.title}: {stage.outcome}", ""]
        if stage.request:
            lines += [f"- request: {code(stage.request)}", f"- status: {code(stage.status)}"]
        if stage.why:
            lines.append(f"- ended here: {prose(stage.why)}")
        lines += [f"- {name}: {code(value)}" for name, value in stage.fields if name not in MEASURED]
        lines += [*(cited.lines(stage.evidence) or ["- evidence: none"]), ""]
    return lines


def llm(main: MainJourney | None, account: Account, cited: Cited) -> list[str]:
    """The class, each call that the relay saw, and what SS kept of it."""
    lines = _class(account, "LLM provider")
    if main is not None:
        for number, call in enumerate(main.llm_calls, 1):
            lines += [f"### Call {number} of the main job", "", *_call(call), *cited.lines([call.id]), ""]
        kept = [a.id for a in main.artifacts if "llm" in a.rel_path.lower()]
        lines += ["### What SS kept of its calls", "", *(cited.lines(kept) or ["Nothing."]), ""]
    return [*lines, *_checks(account, STANDS_IN["rehearsal LLM"], cited)]


def _call(call: LlmCall) -> Sequence[str]:
    tls = f"{call.tls_version}, {'verified' if call.tls_verified else 'not verified'}" if call.tls_version else "none"
    answered = str(call.status) if call.status is not None else f"no answer: {call.failure}"
    return [
        f"- host: {code(call.upstream_host)}",
        f"- TLS: {prose(tls)}",
        f"- status: {code(answered)}",
        f"- model asked for: {code(call.model_asked or 'none')}",
        f"- model that answered: {code(call.model_echoed or 'not said')}",
        f"- response id: {code(call.response_id or 'none')}",
    ]


def runner(main: MainJourney | None, account: Account, cited: Cited) -> list[str]:
    """The class, each Stata run that the shim saw, what SS kept of it, and the estimates recomputed."""
    lines = _class(account, "Stata")
    if main is not None:
        for number, process in enumerate(main.stata_runs, 1):
            lines += [f"### Stata run {number} of the main job", "", *_process(process), *cited.lines([process.id]), ""]
        kept = [a.id for a in main.artifacts if a.rel_path.rpartition("/")[2] in RUNNER_FILES]
        lines += ["### What SS kept of its run", "", *(cited.lines(kept) or ["Nothing."]), "", *_estimates(main)]
    return [*lines, *_checks(account, STANDS_IN["rehearsal Stata"], cited)]


def _process(process: StataProcess) -> Sequence[str]:
    return [
        f"- command: {code(shlex.join((*process.command, *process.arguments)))}",
        f"- exit status: {code(str(process.exit_status))}",
        f"- program that did the work: {code(process.leaf_executable or 'not seen')}",
        f"- its SHA-256: {code(process.leaf_sha256 or 'not taken')}",
        f"- SHA-256 of the do-file: {code(process.do_file_sha256 or 'not taken')}",
        f"- SHA-256 of the log: {code(process.log_sha256 or 'not taken')}",
    ]


def _estimates(main: MainJourney) -> list[str]:
    """How many agree; the estimates themselves are numbers of the run's own data."""
    found = regression_of(main)
    if found is None:
        return ["No table of coefficients could be recomputed.", ""]
    agreed = f"{found.agreeing} of {len(found.estimates)}"
    return [
        "### Estimates, recomputed", "",
        f"- command: {code(found.command)}", f"- coefficients that agree with the Stata log to its last digit: {agreed}", "",
    ]  # fmt: skip


def numbers(main: MainJourney | None) -> list[str]:
    """What was measured, and the estimates: they are others in every run."""
    if main is None:
        return NOT_REACHED
    rows = []
    for stage in journey_told(main).stages:
        measured = dict(stage.fields)
        took = lasted(stage.span.end - stage.span.begin) if stage.span else "not reached"
        rows.append((prose(stage.title), took, *(prose(measured.get(name, "")) for name in MEASURED)))
    lines = table(("stage", "took", *MEASURED), rows)
    if main.llm_calls:
        lines += [*(f"- tokens of call {n}: {_usage(call)}" for n, call in enumerate(main.llm_calls, 1)), ""]
    found = regression_of(main)
    if found is not None:
        shown = [(code(e.name), e.printed_text, f"{e.computed:.10g}", "yes" if e.agrees else "no") for e in found.estimates]
        lines += table(("coefficient", "Stata log", "recomputed", "agree"), shown)
    return lines


def _usage(call: LlmCall) -> str:
    counts = sorted((name, value) for name, value in (call.usage or {}).items() if isinstance(value, int))
    return prose(", ".join(f"{name} {value}" for name, value in counts) or "not said")


def restart(trial: RestartTrial | None, account: Account, cited: Cited) -> list[str]:
    """The processes before and after, and what was the same."""
    if trial is None:
        return NOT_REACHED
    lines = [f"- could not be carried out: {prose(trial.failure)}"] if trial.failure else []
    for when, processes in (("before", trial.processes_before), ("after", trial.processes_after)):
        lines += [line for process in processes for line in _seen(when, process)]
    for when, exchange, artifacts in (
        ("before", trial.status_before, trial.artifacts_before),
        ("after", trial.status_after, trial.artifacts_after),
    ):
        said = facts.job_status(facts.answered(exchange)) or "not answered"
        lines += [f"- job status {when}: {code(said)}", f"- artifacts downloaded {when}: {len(artifacts)}"]
    exchanges = (trial.status_before, trial.status_after, trial.index_before, trial.index_after)
    ids = [*(p.id for p in (*trial.processes_before, *trial.processes_after)), *(e.id for e in exchanges if e is not None)]
    return [*lines, *cited.lines(ids), "", *_checks(account, RESTART_SCENARIO, cited)]


def _seen(when: str, process: ProcessSeen) -> Iterable[str]:
    yield f"- {process.role} {when}: {'alive' if process.alive else 'gone'}"
    yield f"  - process id: {process.pid}"


def _class(account: Account, name: str) -> list[str]:
    part = next(part for part in account.parts if part.name == name)
    return [f"- class: **{part.proof}**", f"- meaning: {prose(part.meaning)}", ""]


def _checks(account: Account, scenario: str, cited: Cited) -> list[str]:
    checks = next((s.checks for s in account.scenarios if s.name == scenario), ())
    if not checks:
        return [f"The scenario “{prose(scenario)}” was not judged in this run.", ""]
    return ["### Checks", "", *(line for check in checks for line in listed(check, cited)), ""]
