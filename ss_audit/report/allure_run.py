"""What Allure shows of a run besides its scenarios: the verdict, what was audited, categories, what is wrong with the run.

From its first moment a run's results say that it did not come to its end; only closing it takes that back. So a report that
somebody makes of a run that was killed says so too.
"""

import importlib.metadata
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import now
from ss_audit.report.allure_files import SPEC_ATTACHMENT
from ss_audit.report.told.overview import AS_IT_MUST, Overview
from ss_audit.report.told.words import counted

UNFINISHED = "the run did not come to its end: it was killed, or is still under way"
GLOBALS = "run-globals.json"
VERDICT_ATTACHMENT = "verdict-attachment.json"
BLOCKERS_ATTACHMENT = "blockers-attachment.txt"
CATEGORIES = (
    ("Blocker: SS was seen to break the spec", r"^\[fail\]", ("failed", "broken")),
    ("Not evidenced: nothing shows that SS keeps the spec", r"^\[not evidenced\]", ("failed", "broken")),
    ("Environment: what SS or the audit needs was not there", r"^\[error: (environment|operator)\]", ("broken", "failed")),
    ("Audit: our own fault, it could not be looked at", r"^\[error(: audit)?\]", ("broken", "failed")),
    ("Not run", r"^\[not run\]", ("skipped", "broken")),
)
PACKAGES = ("ss-audit", "behave", "allure-behave")


def describe_run(
    folder: Path,
    audited: str,
    document: Mapping[str, Any],
    told: Overview,
    problems: Sequence[str],
    mask: Callable[[str], str],
) -> None:
    """Writes what Allure shows beside the scenarios, from what is to be `verdict.json`.

    `audited` is what was audited, in a line; `told` what it amounts to; `problems` is where Allure or JUnit show something
    else than what happened. An INCONCLUSIVE run and each problem are global errors. Allure 2 reads the categories as a file
    of their own; Allure 3 takes them from its configuration.
    """
    word, run_id = document["verdict"], document["run_id"]
    blame = f" (blame: {document['blame']})" if document.get("blame") else ""
    errors = [f"INCONCLUSIVE{blame}: {document['reason']}"] if word == "INCONCLUSIVE" else []
    text = json.dumps(document, indent=2, ensure_ascii=False)
    _write(folder, VERDICT_ATTACHMENT, text, mask)
    _write(folder, BLOCKERS_ATTACHMENT, _blockers(document, told), mask)
    attachments = [("verdict and blockers", BLOCKERS_ATTACHMENT, "text/plain")]
    attachments.append(("verdict.json", VERDICT_ATTACHMENT, "application/json"))
    if (folder / SPEC_ATTACHMENT).exists():
        attachments.append(("the spec", SPEC_ATTACHMENT, "text/plain"))
    name = f"{word} (a rehearsal, as it must be)" if told.rehearsal == AS_IT_MUST else word
    _write_all(folder, run_id, name, _facts(audited, document, told), [*errors, *problems], attachments, mask)


def describe_unfinished(folder: Path, run_id: str, kind: str, mask: Callable[[str], str]) -> None:
    """Writes the same for a run that has only begun, into a folder that is there."""
    facts = {"Verdict": "INCONCLUSIVE", "Because": UNFINISHED, "Run": run_id, "Profile and stack": kind}
    _write_all(folder, run_id, "unfinished", facts, [f"INCONCLUSIVE: {UNFINISHED}"], [], mask)


def _facts(audited: str, document: Mapping[str, Any], told: Overview) -> dict[str, str]:
    ss = document.get("ss") or {}
    return {
        "Verdict": document["verdict"],
        "Because": told.sentence,
        "Blame": document.get("blame") or "",
        "Rehearsal": told.rehearsal or "",
        "Blockers": str(len(told.blockers)),
        "Scenarios": told.scenarios,
        "Audited": audited,
        "Run": document["run_id"],
        "Profile": document["profile"],
        "Stack": document["stack"],
        "Revision": ss.get("revision") or "unknown",
        "Stata": document["stata"],
        "LLM": document["llm"],
        "Seed": str(document["seed"]),
        "Started": document["started_at"],
        "Ended": document["ended_at"],
        "Versions": ", ".join([*map(_version, PACKAGES), f"Python {platform.python_version()}", platform.system()]),
    }


def _blockers(document: Mapping[str, Any], told: Overview) -> str:
    """The verdict and each blocker, as text."""
    lines = [f"VERDICT: {document['verdict']}", told.sentence, ""]
    lines.append(counted(len(told.blockers), "blocker") if told.blockers else "No blockers were found.")
    for number, blocker in enumerate(told.blockers, 1):
        lines += ["", f"{number}. {blocker.scenario} ({blocker.check})"]
        parts = (("expected", blocker.expected), ("saw", blocker.saw), ("impact", blocker.impact), ("fix", blocker.fix))
        lines += [f"   {name}: {text}" for name, text in parts if text]
        lines.append(f"   evidence: {', '.join(blocker.evidence) or 'none'}")
        if blocker.also:
            lines.append(f"   and {counted(len(blocker.also), 'further check')} for the same reason: {', '.join(blocker.also)}")
    return "\n".join(lines)


def _write_all(
    folder: Path,
    run_id: str,
    word: str,
    facts: Mapping[str, str],
    errors: Sequence[str],
    attachments: Sequence[tuple[str, str, str]],
    mask: Callable[[str], str],
) -> None:
    lines = [f"{name}={' '.join(value.split())}" for name, value in facts.items() if value]
    _write(folder, "environment.properties", "\n".join([*lines, ""]), mask)
    executor = {"name": "SS production audit", "type": "ss-audit", "buildName": f"{word}, run {run_id}"}
    _write(folder, "executor.json", json.dumps(executor), mask)
    categories = [
        {"name": name, "messageRegex": rf"{start}[\s\S]*", "matchedStatuses": list(statuses)}
        for name, start, statuses in CATEGORIES
    ]
    _write(folder, "categories.json", json.dumps(categories, indent=2), mask)
    configuration = {"name": f"SS production audit: {word}", "categories": categories}
    _write(folder, "allurerc.json", json.dumps(configuration, indent=2), mask)
    at = int(now().timestamp() * 1000)
    shown = {
        "errors": [{"message": error, "timestamp": at} for error in errors],
        "attachments": [{"name": n, "source": s, "type": t, "timestamp": at} for n, s, t in attachments],
    }
    _write(folder, GLOBALS, json.dumps(shown, ensure_ascii=False, indent=2), mask)


def _write(folder: Path, name: str, text: str, mask: Callable[[str], str]) -> None:
    """Whoever reads the folder meanwhile, or after a crash, finds the old text or the new one."""
    unfinished = folder / f".{name}.part"
    unfinished.write_text(mask(text), "utf-8")
    unfinished.replace(folder / name)


def _version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} of an unknown version"
