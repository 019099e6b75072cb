"""What the terminal says at the end of a run: every scenario, the verdict, what comes next, where everything lies."""

import shlex
import textwrap
from collections.abc import Sequence

from ss_audit.report.told.account import Account
from ss_audit.report.told.scenarios import ScenarioTold, same_reason
from ss_audit.report.told.visible import visible

MARKS = {"pass": "pass", "fail": "FAIL", "not_evidenced": "not evidenced", "error": "COULD NOT LOOK", "not_run": "not run"}
MARK_WIDTH = max(map(len, MARKS.values()))
PAGE_WIDTH = 118
NEXT = {
    "READY": ("let somebody else judge the evidence again, on another machine", "ss-audit verify {bundle} --digest {digest}"),
    "fail": ("open summary.html: it says of each blocker what was seen and which way a fix lies. Then run the same again", ""),
    "not_evidenced": ("open summary.html: it says of each blocker what was missing. Then run the same again", ""),
    "rehearsed": (
        "see what an audit of SS itself still needs on this machine",
        "ss-audit doctor -D profile=production -D stack=checkout -D ss_root=/path/to/SS",
    ),
    "operator": ("run the whole audit, without a selection and to its end", "ss-audit {command}"),
    "environment": ("remove the cause, then run the same again", ""),
    "audit": ("tell the maintainers of the audit, with the run's folder; nothing follows for SS", ""),
}


def closing_lines(account: Account, folder: str, views: Sequence[str]) -> list[str]:
    """The closing block, a line each, the digest last.

    In: the account of the run, with its digest; the run's folder; what became of the pages in it (`write_views`).
    """
    executed = [s for s in account.scenarios if s.outcome != "not_run"]
    left_out = len(account.scenarios) - len(executed)
    lines = ["", f"Audit of {visible(account.title)}", f"Seed: {account.seed}", "", *_scenarios(executed)]
    if left_out:
        lines.append(_row("not_run", f"{left_out} further scenarios" if executed else "all scenarios"))
    lines += [*_verdict(account), "", *_next(account, folder)]
    lines += ["", f"Evidence and reports: {folder}", *(f"  {view.removesuffix(' written')}" for view in views)]
    return [*lines, f"Digest of the evidence, for ss-audit verify: {account.digest}"]


def quiet_lines(account: Account, folder: str) -> list[str]:
    """The same for whoever asked for quiet: verdict, what a rehearsal was, folder, digest."""
    asides = [f"blame: {account.blame}"] if account.blame else []
    asides += [f"a rehearsal: {account.rehearsal}"] if account.rehearsal else []
    aside = f" ({'; '.join(asides)})" if asides else ""
    return [f"VERDICT: {account.word}{aside}", f"Evidence and reports: {folder}", f"Digest of the evidence: {account.digest}"]


def _verdict(account: Account) -> list[str]:
    """The verdict with the sentence that explains it, and what a rehearsal was."""
    blame = f" (blame: {account.blame})" if account.blame else ""
    lines = ["", f"VERDICT: {account.word}{blame}", *_wrapped(visible(account.sentence), 2)]
    if account.rehearsed is None or account.rehearsed["as_expected"]:
        return lines
    run = [s.name for s in account.scenarios if s.outcome != "not_run"]
    strange = [name for name in run if any(d.startswith(f"{name}: ") for d in account.rehearsed["deviations"])]
    lines += ["", f"This was a rehearsal: {account.rehearsal}."]
    return lines if account.rehearsal == "it could not be carried out" else [*lines, *(f"  - {name}" for name in strange)]


def _scenarios(executed: Sequence[ScenarioTold]) -> list[str]:
    """Each with its outcome; where it did not pass, what was expected and what was seen. One reason for many is told once."""
    lines: list[str] = []
    same = same_reason(executed)
    for scenario in executed:
        lines.append(_row(scenario.outcome, f"{scenario.name}{'  (advisory)' if scenario.rank == 'advisory' else ''}"))
        deciding = scenario.deciding
        if deciding is None:
            lines += _wrapped(scenario.reason, MARK_WIDTH + 4) if scenario.outcome != "pass" else []
        elif scenario.id in same:
            lines += _wrapped(f"for the same reason as “{same[scenario.id]}”", MARK_WIDTH + 4)
        else:
            lines += _wrapped(f"expected  {visible(deciding.expected)}", MARK_WIDTH + 4, 10)
            lines += _wrapped(f"saw       {visible(deciding.saw)}", MARK_WIDTH + 4, 10)
    return lines


def _row(outcome: str, text: str) -> str:
    return f"  {MARKS.get(outcome, outcome):<{MARK_WIDTH}}  {text}"


def _next(account: Account, folder: str) -> list[str]:
    """What to do now, and the command for it."""
    outcomes = {s.outcome for s in account.of_rank("spec", "must")}
    key = "fail" if "fail" in outcomes else account.blame or ("READY" if account.word == "READY" else "not_evidenced")
    if account.rehearsed and account.rehearsed["as_expected"]:
        key = "rehearsed"
    what, command = NEXT[key]
    start = "run" if account.rehearsed is None else "rehearse"
    line = command.format(bundle=shlex.quote(f"{folder}/bundle"), digest=account.digest, command=start)
    return [*_wrapped(f"Next: {what}{'' if not line else ':'}", 0), *([f"  {line}"] if line else [])]


def _wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    """Within the page's width. A command of ours in it is never broken at a hyphen, nor a long path anywhere."""
    margin = " " * indent
    lines = text.splitlines() or [text]
    wrapped = [
        textwrap.wrap(
            line, PAGE_WIDTH, initial_indent=margin if not number else margin + " " * hanging,
            subsequent_indent=margin + " " * hanging, break_long_words=False, break_on_hyphens=False,
        )
        for number, line in enumerate(lines)
    ]  # fmt: skip
    return [line for part in wrapped for line in part]
