"""docs/fault-matrix.md: the matrix for people who do not program, made from fault-matrix.json and nothing else."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

HEAD = """# What this audit catches

An audit is worth what it would catch. So we built defects on purpose, one at a time, into the small reference SS, its Stata,
its language model or its host, and audited each of these systems with the very command that audits the real one. A defect
counts as **caught** only when the check that is meant for it failed by itself, named the faulty value, and the audit came to
the right verdict: NOT READY where SS is at fault, INCONCLUSIVE where SS does not answer for it; what the spec does not ask
for is noted as an advisory. Every run's evidence was also judged a second time, from its files alone, and had to lead to the
same findings.

This page is made by `ss-audit faults`; don't edit it. In `fault-matrix.json` the same stands for programs.
"""
SEVERITIES = {
    "critical": "wrong results or somebody else's data could be taken for right",
    "major": "people get stuck, or lose what they had",
    "minor": "somebody would be misled in a detail",
}
GROUPS = {
    "null systems": "Systems that do nothing of what SS does",
    "processes": "Programs that do each other's work",
    "fake Stata": "A Stata that is none, or that computes something else",
    "fake LLM": "A language model that is none, or that is not asked",
    "template choice": "Templates that were not chosen",
    "binding": "Parameters that are lost, guessed or not asked for",
    "plan": "Plans that lack something, or are not kept",
    "dependencies": "Packages that Stata lacks",
    "journey": "A way that ends too early",
    "own data": "Data that are larger and odder than the audit's own",
    "artifacts": "Results that are not there, or not what they should be",
    "access": "People who see what is not theirs",
    "answers": "Answers that do harm to whoever takes them",
    "time": "Too slow, too early, not always",
    "environment": "What SS does not answer for",
    "library": "Templates that are there and not used",
    "inventory": "Routes that nobody knows of",
    "spec pack": "A spec that is not there",
}
SYMBOLS = {"pass": "·", "fail": "✗", "not_evidenced": "○", "error": "?"}
LEGEND = "✗ broke the spec · ○ nothing shows that it is kept · ? could not be looked at · · passed · blank: was not run"


def page(told: Mapping[str, Any]) -> str:
    """The page. In: fault-matrix.json as it is read."""
    faults, variants = told["faults"], told["variants"]
    parts = [HEAD, _summary(faults, variants), _survivors(faults)]
    parts += [_group(name, list(rows)) for name, rows in groupby(faults, key=lambda row: row["group"])]
    parts += [_sound(variants), _alone(told["only_killer"], faults), _wide(faults)]
    return "\n".join(part for part in parts if part)


def _summary(faults: list[Any], variants: list[Any]) -> str:
    lines = ["## In numbers", "", "| severity | what it would do | defects | caught |", "|---|---|---:|---:|"]
    for severity, meaning in SEVERITIES.items():
        rows = [row for row in faults if row["severity"] == severity]
        lines.append(f"| {severity} | {meaning} | {len(rows)} | {_share(row['killed'] for row in rows)} |")
    lines.append(f"| all | | {len(faults)} | {_share(row['killed'] for row in faults)} |")
    seconds = sum(row["seconds"] for row in [*faults, *variants])
    sound = sum(row["as_expected"] for row in variants)
    lines += ["", f"False alarms on {len(variants)} sound systems: {len(variants) - sound}."]
    lines += [f"All runs together took {seconds / 60:.0f} minutes, two of them at a time."]
    return "\n".join([*lines, ""])


def _share(hits: Iterable[bool]) -> str:
    values = list(hits)
    return f"{sum(values)} ({100 * sum(values) / len(values):.0f} %)" if values else "0"


def _survivors(faults: list[Any]) -> str:
    rows = [row for row in faults if not row["killed"]]
    lines = ["## Not caught", ""]
    lines += [f"- **{row['name']}** ({row['severity']}): {row['what']} Why: {_cell(row['why_not'])}" for row in rows]
    return "\n".join([*lines, *([] if rows else ["None."]), ""])


def _group(name: str, rows: list[Any]) -> str:
    lines = [f"## {GROUPS.get(name, name)}", "", "| defect | severity | noticed by | verdict |", "|---|---|---|---|"]
    for row in rows:
        what = _cell(row["what"]) + (f" *Seen: {_cell(row['seen'])}*" if row["seen"] else "")
        by = _cell(row["scenario"]) if row["killed"] else "**nobody**"
        lines.append(f"| {what} | {row['severity']} | {by} | {_verdict(row)} |")
    return "\n".join([*lines, ""])


def _verdict(row: Mapping[str, Any]) -> str:
    if row["killed"] and row["blame"] == "operator":
        return "an advisory, which moves no verdict"
    blame = f" (blame: {row['blame']})" if row["blame"] else ""
    return f"{row['verdict'] or 'none'}{blame}"


def _sound(variants: list[Any]) -> str:
    if not variants:
        return ""
    lines = ["## Sound systems of another shape", "", "Nothing is wrong with these, and the audit must say so.", ""]
    lines += ["| system | judged as the reference SS is |", "|---|---|"]
    lines += [f"| {_cell(v['what'])} | {'yes' if v['as_expected'] else _cell('; '.join(v['deviations']))} |" for v in variants]
    return "\n".join([*lines, ""])


def _alone(only_killer: Mapping[str, list[str]], faults: list[Any]) -> str:
    noticed: dict[str, int] = {}
    for row in faults:
        for check in row["noticed"]:
            noticed[check] = noticed.get(check, 0) + 1
    lines = [
        "## What each check catches",
        "",
        "| check | defects that it noticed | of these, noticed by no other |",
        "|---|---:|---|",
    ]
    lines += [f"| {check} | {noticed[check]} | {', '.join(only_killer.get(check, [])) or '–'} |" for check in sorted(noticed)]
    return "\n".join([*lines, ""])


def _wide(faults: list[Any]) -> str:
    names = list(dict.fromkeys(name for row in faults for name in row["cells"]))
    lines = ["## Defects × scenarios", "", LEGEND, ""]
    lines += [f"{number}. {name}" for number, name in enumerate(names, 1)]
    lines += ["", f"| defect | {' | '.join(str(n) for n in range(1, len(names) + 1))} |", f"|---|{':-:|' * len(names)}"]
    for row in faults:
        marks = [_mark(row, name) for name in names]
        lines.append(f"| {row['name']} | {' | '.join(marks)} |")
    return "\n".join([*lines, ""])


def _mark(row: Mapping[str, Any], scenario: str) -> str:
    symbol = SYMBOLS.get(row["cells"].get(scenario, ""), "")
    return f"**{symbol}**" if row["killed"] and scenario == row["scenario"] else symbol


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
