"""Bundles made by hand: the evidence log and verdict of a run that never was, with any outcomes and any text in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ss_audit.checks.judgement import Blame, Finding, Outcome
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Statement
from ss_audit.evidence.observation import REFERENCE, Observation
from ss_audit.evidence.redaction import Redactor
from ss_audit.plan import read_plan
from ss_audit.planned import PLAN, on_record
from ss_audit.verdict import ScenarioResult, decide, document, scenario_outcome

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> `code` ``` | pipe "
    "[link](http://evil.example/) ![i](http://evil.example/x.png) <!-- <http://evil.example> www.evil.example "
    "http://evil.example &lt;b&gt; \u202etxet\u202c \x1b[31mred {{ 7 * 7 }} {% raw %} $x$ ~~no~~ **no** \\\n"
    "# heading\n\n| a | b |\n|---|---|\n- item\n"
)
Said = tuple[Outcome, str, str]
"""Outcome, expected, saw."""


def bundle(
    folder: Path,
    *observations: Observation,
    said: Mapping[str, Said] | None = None,
    not_run: tuple[str, ...] = (),
    finished: bool = True,
    profile: Literal["rehearsal", "production"] = "production",
    partial: str | None = None,
    blame: Blame | None = None,
) -> Path:
    """Writes `folder/bundle`. In: what was observed; what was said of scenarios by name, all others passed; which of them were
    not run; whether it came to its end. Out: the bundle."""
    data = folder / "bundle" / "data"
    archive = Archive(data, Redactor())
    plan = read_plan(ROOT / "features")
    (data / PLAN).write_bytes(on_record(plan, ROOT).written())
    archive.event(
        "planned", {"run_id": "made", "started_at": "2026-01-02T03:04:05+00:00", "scenarios": [s.id for s in plan.scenarios]}
    )
    archive.event("settings", {"settings": {"profile": profile, "seed": 7, "stack": "checkout"}, "origin": {}, "stand_ins": []})
    said_by_us = archive.record(Statement(title="what it rests on", detail={"what": HOSTILE}))
    for seen in observations:
        _observe(archive, seen)
    results = []
    for scenario in plan.scenarios:
        outcome, expected, saw = (said or {}).get(scenario.name, ("pass", "what must be", "what is"))
        finding = Finding(
            check=f"made.{scenario.id.rpartition('/')[2].replace('-', '_')}", scenario=scenario.name, spec="It MUST.",
            outcome=outcome, expected=expected, saw=saw, evidence=(said_by_us.id,), impact=f"impact: {saw}"[:80],
            fix="" if outcome == "pass" else "bind the parameters", blame="environment" if outcome == "error" else None,
        )  # fmt: skip
        findings = () if scenario.name in not_run else (finding,)
        left_out = not findings
        results.append(ScenarioResult(
            id=scenario.id, name=scenario.name, requirement=scenario.requirement, must=scenario.must,
            outcome="not_run" if left_out else scenario_outcome(findings),
            reason="it was not run" if left_out else f"expected {expected}; saw {saw}", findings=findings,
        ))  # fmt: skip
        if not left_out:
            archive.event("scenario_started", {"name": scenario.name})
            archive.event("finding", finding.model_dump(mode="json"))
            archive.event("scenario_ended", results[-1].model_dump(mode="json", include={"id", "outcome", "reason"}))
    if finished:
        _judge(data, archive, results, profile, partial, blame)
    archive.close()
    return folder / "bundle"


def _judge(
    data: Path,
    archive: Archive,
    results: list[ScenarioResult],
    profile: Literal["rehearsal", "production"],
    partial: str | None,
    blame: Blame | None,
) -> None:
    verdict = decide(results, profile, partial, blame)
    head: dict[str, Any] = {
        "run_id": "made", "started_at": "2026-01-02T03:04:05+00:00", "ended_at": "2026-01-02T03:05:06+00:00",
        "profile": profile, "stack": "checkout", "seed": 7, "rehearsal": None,
        "ss": {"base_url": "http://127.0.0.1:1", "revision": "abc"},
    }  # fmt: skip
    tail = {"stata": "PROVEN", "llm": "ABSENT", "inventory": {}, "evidence_head": f"sha256:{archive.head}"}
    (data / "verdict.json").write_text(json.dumps(document(head, verdict, results, tail)), "utf-8")
    archive.event("verdict", {"verdict": verdict.word, "blame": verdict.blame})


def _observe(archive: Archive, seen: Observation) -> None:
    """Records an observation's entries, which get new ids, and the observation itself."""
    ids: dict[str, str] = {}
    for entry in seen.evidence():
        ids[entry.id] = archive.record(entry.model_copy(update={"id": ""})).id
    archive.event("observation", {"kind": type(seen).__name__, "structure": _with(ids, seen.referenced())})


def _with(ids: Mapping[str, str], value: Any) -> Any:
    if isinstance(value, dict):
        if REFERENCE in value:
            return {REFERENCE: ids[value[REFERENCE]]}
        return {key: _with(ids, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with(ids, item) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value
