"""The run log's sections about what was looked at: start, inventory, journey, LLM, runner, restart."""

import shlex
from collections.abc import Iterable, Sequence

from ss_audit.evidence.model import LlmCall, ProcessSeen, StataProcess
from ss_audit.evidence.seen import MainJourney, RestartTrial, StackSeen
from ss_audit.report.markdown import code, prose, table
from ss_audit.report.run_log_judged import evidence, listed
from ss_audit.report.told.account import Account
from ss_audit.report.told.chain import chain_told, is_versioned, routes_of
from ss_audit.report.told.journey import journey_told
from ss_audit.report.told.numbers import regression_of
from ss_audit.report.told.references import References
from ss_audit.report.told.words import lasted
from ss_audit.run_reading import RunRead
from ss_audit.ss import facts
from ss_audit.verdict import STANDS_IN

NOT_REACHED = ["Not reached in this run.", ""]
RUNNER_FILES = ("stata.log", "result.log", "run.meta.json", "run.error.json", "stata.do")
RESTART_SCENARIO = "Artifacts are contract-indexed and survive restart"


def start(stack: StackSeen | None, account: Account, references: References) -> list[str]:
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
    stack_evidence = evidence([stack.started.id, *(p.id for p in stack.processes)], references)
    return [*lines, f"- settings that were given: {_given(account)}", "- evidence:", *stack_evidence, ""]


def _given(account: Account) -> str:
    """Names of settings, without values: some are secrets, and all stand in the event log."""
    origin = sorted(account.origin)
    return ", ".join(code(name) for name in origin) or "none"


def inventory(run: RunRead, references: References) -> list[str]:
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
    return [*table(heads, shown), "- evidence:", *evidence(used, references), ""]


def chain(run: RunRead, references: References) -> list[str]:
    """The template chain, link by link."""
    told = chain_told(run)
    lines = [f"### Do-template library chain: {told.wired}", "", f"Integration boundary: {prose(told.boundary)}.", ""]
    for link in told.links:
        lines += [f"- {link.name}: {link.state}", f"  - saw: {prose(link.saw)}"]
        lines += ["  - evidence:", *evidence(link.evidence, references)] if link.evidence else []
    return [*lines, ""]


def journey(main: MainJourney | None, references: References) -> list[str]:
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
        lines += [f"- {name}: {code(value)}" for name, value in stage.fields]
        lines += [f"- took: {lasted(stage.span.end - stage.span.begin)}"] if stage.span else []
        lines += ["- evidence:", *evidence(stage.evidence, references)] if stage.evidence else ["- evidence: none"]
        lines.append("")
    return lines


def llm(main: MainJourney | None, account: Account, references: References) -> list[str]:
    """The class, each call that the relay saw, and what SS kept of it."""
    lines = _class(account, "LLM provider")
    if main is not None:
        for number, call in enumerate(main.llm_calls, 1):
            lines += [
                f"### Call {number} of the main job",
                "",
                *_call(call),
                "- evidence:",
                *evidence([call.id], references),
                "",
            ]
        kept = [a.id for a in main.artifacts if "llm" in a.rel_path.lower()]
        lines += ["### What SS kept of its calls", "", *(evidence(kept, references, 0) or ["Nothing."]), ""]
    return [*lines, *_checks(account, STANDS_IN["rehearsal LLM"], references)]


def _call(call: LlmCall) -> Sequence[str]:
    tls = f"{call.tls_version}, {'verified' if call.tls_verified else 'not verified'}" if call.tls_version else "none"
    answered = str(call.status) if call.status is not None else f"no answer: {call.failure}"
    usage = ", ".join(f"{name} {value}" for name, value in sorted((call.usage or {}).items()) if isinstance(value, int))
    return [
        f"- host: {code(call.upstream_host)}",
        f"- TLS: {prose(tls)}",
        f"- status: {code(answered)}",
        f"- model asked for: {code(call.model_asked or 'none')}",
        f"- model that answered: {code(call.model_echoed or 'not said')}",
        f"- response id: {code(call.response_id or 'none')}",
        f"- usage: {prose(usage or 'not said')}",
    ]


def runner(main: MainJourney | None, account: Account, references: References) -> list[str]:
    """The class, each Stata run that the shim saw, what SS kept of it, and the estimates recomputed."""
    lines = _class(account, "Stata")
    if main is not None:
        for number, process in enumerate(main.stata_runs, 1):
            lines += [f"### Stata run {number} of the main job", "", *_process(process)]
            lines += ["- evidence:", *evidence([process.id], references), ""]
        kept = [a.id for a in main.artifacts if a.rel_path.rpartition("/")[2] in RUNNER_FILES]
        lines += ["### What SS kept of its run", "", *(evidence(kept, references, 0) or ["Nothing."]), "", *_numbers(main)]
    return [*lines, *_checks(account, STANDS_IN["rehearsal Stata"], references)]


def _process(process: StataProcess) -> Sequence[str]:
    return [
        f"- command: {code(shlex.join((*process.command, *process.arguments)))}",
        f"- exit status: {code(str(process.exit_status))}",
        f"- program that did the work: {code(process.leaf_executable or 'not seen')}",
        f"- its SHA-256: {code(process.leaf_sha256 or 'not taken')}",
        f"- SHA-256 of the do-file: {code(process.do_file_sha256 or 'not taken')}",
        f"- SHA-256 of the log: {code(process.log_sha256 or 'not taken')}",
    ]


def _numbers(main: MainJourney) -> list[str]:
    found = regression_of(main)
    if found is None:
        return ["No table of coefficients could be recomputed.", ""]
    rows = [(code(e.name), e.printed_text, f"{e.computed:.10g}", "yes" if e.agrees else "no") for e in found.estimates]
    return [
        "### Estimates, recomputed", "", f"- command: {code(found.command)}", "",
        *table(("coefficient", "Stata log", "recomputed", "agree"), rows),
    ]  # fmt: skip


def restart(trial: RestartTrial | None, account: Account, references: References) -> list[str]:
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
    return [*lines, "- evidence:", *evidence(ids, references), "", *_checks(account, RESTART_SCENARIO, references)]


def _seen(when: str, process: ProcessSeen) -> Iterable[str]:
    yield f"- {process.role} {when}: {'alive' if process.alive else 'gone'}"
    yield f"  - process id: {process.pid}"


def _class(account: Account, name: str) -> list[str]:
    part = next(part for part in account.parts if part.name == name)
    return [f"- class: **{part.proof}**", f"- meaning: {prose(part.meaning)}", ""]


def _checks(account: Account, scenario: str, references: References) -> list[str]:
    checks = next((s.checks for s in account.scenarios if s.name == scenario), ())
    if not checks:
        return [f"The scenario “{prose(scenario)}” was not judged in this run.", ""]
    return ["### Checks", "", *(line for check in checks for line in listed(check, references)), ""]
