"""`run-log.md`: the operators' report of one run, by section, ready for a repository of records.

The sections and the lines in them always come in one order. What necessarily differs from run to run stands in the head and in
the last three sections (numbers, names, evidence), so that `diff` of two run logs shows in the rest what came out
differently. A section that the run did not reach says so. Every reference leads to the line of the event log or the file that
proves it.
"""

from ss_audit.evidence.seen import MainJourney, RestartTrial, StackSeen
from ss_audit.report.markdown import code, link, prose
from ss_audit.report.run_log_evidence import Cited
from ss_audit.report.run_log_judged import advisories, audit_points, blocking_issues, scenarios
from ss_audit.report.run_log_looked import chain, inventory, journey, llm, numbers, restart, runner, start
from ss_audit.report.run_log_names import Names
from ss_audit.report.told.account import Account, account_of
from ss_audit.report.told.observed import observed
from ss_audit.report.told.references import References
from ss_audit.report.told.words import lasted
from ss_audit.run_reading import RunRead

HOW_TO_COMPARE = (
    "`[1]` is a piece of evidence, and `{job 1}` a name that each run has of its own. The last three sections say which, and",
    "what was measured. Between this head and those sections, two runs that went alike have the same lines.",
    "",
)


def run_log(run: RunRead, digest: str, references: References) -> str:
    """Markdown. In: a run read back, finished or not; its digest or nothing; where its evidence lies from the log's folder."""
    account, cited, names = account_of(run, digest), Cited(references), Names(run)
    main = observed(run, MainJourney)
    sections = [
        ("Start commands", start(observed(run, StackSeen), account, cited)),
        ("Inventory notes", [*inventory(run, cited), *chain(run, cited)]),
        ("Journey", journey(main, cited)),
        ("LLM evidence", llm(main, account, cited)),
        ("Stata runner evidence", runner(main, account, cited)),
        ("Restart", restart(observed(run, RestartTrial), account, cited)),
        ("Key audit points", audit_points(account, cited)),
        ("Blocking issues", blocking_issues(account, cited)),
        ("Advisories", advisories(account, cited)),
        ("Scenarios", scenarios(account)),
        ("Verdict", _verdict(account)),
    ]
    lines = [f"# Run log: production audit of SS, {account.word}", "", *_head(account, references), *HOW_TO_COMPARE]
    for title, body in sections:
        lines += [f"## {title}", "", *names.replaced(body)]
        lines += [""] if lines[-1] else []
    own = [("Numbers", numbers(main)), ("Names", names.told()), ("Evidence", cited.told())]
    for title, body in own:
        lines += [f"## {title}", "", *body]
    return "\n".join(lines).rstrip() + "\n"


def _head(account: Account, references: References) -> list[str]:
    """What the run was, its digests, and where its record lies."""
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
    lines.append(
        f"- digest of the bundle: {code(account.digest)}" if account.digest else "- digest of the bundle: none was given"
    )
    if account.evidence_head:
        lines.append(f"- head of the event log: {code(account.evidence_head)}")
    lines.append(f"- event log: {link('events.jsonl', references.log)}")
    if account.word in ("READY", "NOT READY", "INCONCLUSIVE"):
        lines.append(f"- judgement: {link('verdict.json', references.to_file('verdict.json'))}")
    return [*lines, ""]


def _verdict(account: Account) -> list[str]:
    lines = [f"**{account.word}**", "", prose(account.sentence), ""]
    if account.blame:
        lines.append(f"- blame: {account.blame}")
    if account.partial_because:
        lines.append(f"- partial: {prose(account.partial_because)}")
    if account.rehearsed is not None:
        lines.append(f"- rehearsal: {account.rehearsal}")
        lines += [f"  - {prose(deviation)}" for deviation in account.rehearsed["deviations"]]
    return lines
