"""`run-log.md`: the operators' report of one run, by section, ready for a repository of records.

The sections and the lines in them always come in one order, and what differs from run to run (ids, times, addresses,
paths) stands on lines of its own, so that two run logs can be compared by `diff`. A section that the run did not reach
says so. Every reference leads to the line of the event log or the file that proves it.
"""

from ss_audit.evidence.seen import MainJourney, RestartTrial, StackSeen
from ss_audit.report.markdown import code, link, prose
from ss_audit.report.run_log_judged import advisories, audit_points, blocking_issues, scenarios
from ss_audit.report.run_log_looked import chain, inventory, journey, llm, restart, runner, start
from ss_audit.report.told.account import Account, account_of
from ss_audit.report.told.observed import observed
from ss_audit.report.told.references import References
from ss_audit.report.told.words import lasted
from ss_audit.run_reading import RunRead


def run_log(run: RunRead, digest: str, references: References) -> str:
    """Markdown. In: a run read back, finished or not; its digest or nothing; where its evidence lies from the log's folder."""
    account = account_of(run, digest)
    main = observed(run, MainJourney)
    sections = [
        ("Start commands", start(observed(run, StackSeen), account, references)),
        ("Inventory notes", [*inventory(run, references), *chain(run, references)]),
        ("Journey", journey(main, references)),
        ("LLM evidence", llm(main, account, references)),
        ("Stata runner evidence", runner(main, account, references)),
        ("Restart", restart(observed(run, RestartTrial), account, references)),
        ("Key audit points", audit_points(account, references)),
        ("Blocking issues", blocking_issues(account, references)),
        ("Advisories", advisories(account, references)),
        ("Scenarios", scenarios(account)),
        ("Verdict", _verdict(account, references)),
    ]
    lines = [f"# Run log: production audit of SS, {account.word}", "", *_head(account)]
    for title, body in sections:
        lines += [f"## {title}", "", *body]
    return "\n".join(lines).rstrip() + "\n"


def _head(account: Account) -> list[str]:
    lines = [
        f"- audited: {prose(account.title)}",
        f"- base URL: {code(account.base_url)}" if account.base_url else "- base URL: none",
        f"- profile: {prose(account.profile)}",
        f"- stand-ins: {prose(', '.join(account.stand_ins) or 'none')}",
        f"- seed: {code(account.seed)}",
        f"- run id: {code(account.run_id)}",
        f"- started: {account.started:%Y-%m-%d %H:%M:%S} UTC" if account.started else "- started: unknown",
    ]
    if account.started and account.ended:
        lines.append(f"- lasted: {lasted((account.ended - account.started).total_seconds())}")
    return [*lines, ""]


def _verdict(account: Account, references: References) -> list[str]:
    lines = [f"**{account.word}**", "", prose(account.sentence), ""]
    if account.blame:
        lines.append(f"- blame: {account.blame}")
    if account.partial_because:
        lines.append(f"- partial: {prose(account.partial_because)}")
    if account.rehearsed is not None:
        lines.append(f"- rehearsal: {account.rehearsal}")
        lines += [f"  - {prose(deviation)}" for deviation in account.rehearsed["deviations"]]
    if account.word in ("READY", "NOT READY", "INCONCLUSIVE"):
        lines.append(f"- judgement: {link('verdict.json', references.to_file('verdict.json'))}")
    lines.append(f"- event log: {link('events.jsonl', references.log)}")
    if account.evidence_head:
        lines.append(f"- head of the event log: {code(account.evidence_head)}")
    lines.append(
        f"- digest of the bundle: {code(account.digest)}" if account.digest else "- digest of the bundle: none was given"
    )
    return lines
