"""One run from its first line of evidence to its verdict: the folder, what lies in it, and the order of closing."""

import hashlib
import json
import secrets
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ss_audit.audit import Audit
from ss_audit.checks.classes import llm_class, stata_class
from ss_audit.checks.judgement import Blame, NotReached
from ss_audit.checks.library import Classification, classify
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Statement, now
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.lab.lab import Lab
from ss_audit.plan import Plan, read_plan
from ss_audit.project_files import read_spec
from ss_audit.report.allure_files import complete, describe_run
from ss_audit.report.inventory import inventory_page
from ss_audit.report.progress import Progress
from ss_audit.report.reconcile import allure_problems
from ss_audit.report.terminal import closing_lines
from ss_audit.settings import InForce
from ss_audit.spec import SpecError
from ss_audit.stack.disk import require_free
from ss_audit.stack.errors import StackError
from ss_audit.verdict import ScenarioResult, Verdict, decide, deviations, document

POINTERS = ("verdict.json", "allure-results", "junit")


class Run:
    """A run's folder and the audit in it. Opening writes the plan, closing the verdict; both happen once."""

    def __init__(self, in_force: InForce, root: Path) -> None:
        settings = in_force.settings
        plan = read_plan(root / "features")
        self.run_id = settings.run_id or f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self.folder = (root / settings.reports_dir / self.run_id).absolute()
        require_free(self.folder)
        self.data = self.folder / "bundle" / "data"
        self.allure = self.data / "allure-results"
        self.junit = self.data / "junit"
        self.archive = Archive(self.data, Redactor(), settings.evidence_limit)
        for views in (self.allure, self.junit):
            views.mkdir()
        self.in_force = in_force
        self.archive.event("planned", {"run_id": self.run_id, "scenarios": [s.id for s in plan.scenarios]})
        self.archive.event("settings", _shown(in_force))
        self._point_here()
        self._lacking = _lacking(root, plan)
        self.progress = Progress(sys.stderr)
        self.audit = Audit(in_force, self.run_id, plan, self.archive, Lab(in_force, self.archive, self.progress))

    def start(self) -> None:
        """Starts the main stack, so that what keeps it from starting is said first. The scenarios then say it again."""
        print(f"Audit {self.run_id} of {self.title()}\nEvidence and reports: {self.folder}", flush=True)
        try:
            bench = self.audit.lab.main
        except (StackError, OSError) as error:
            print(f"\nSS could not be started, so hardly anything can be judged:\n{error}\n", flush=True)
        else:
            print(f"SS is up at {bench.stack.base_url}\n", flush=True)
        self.progress("")

    def close(self, trouble: str | None, blame: Blame | None) -> Verdict:
        """The end: last look, everything ended, judged, written. `trouble` is why the run is partial, if it is known."""
        audit = self.audit
        if trouble is None:
            audit.look_once_more()
        left = self._end_everything()
        self.progress.close()
        if left and trouble is None:
            trouble, blame = left, "audit"
        results = audit.results()
        not_run = [r for r in results if r.outcome == "not_run"]
        if trouble is None and self._lacking:
            trouble, blame = f"the features do not have the spec's scenario “{'” and “'.join(self._lacking)}”", "audit"
        if trouble is None and not_run:
            trouble, blame = f"{len(not_run)} of {len(results)} scenarios were not run", "operator"
        complete(self.allure, audit.plan, results, self.archive.redactor.mask)
        differing = allure_problems(self.allure, audit.begun(), audit.begun(interrupted=True))
        if differing:
            trouble, blame = f"Allure shows something else than what happened: {'; '.join(differing)}", "audit"
        verdict = decide(results, self.in_force.settings.profile, trouble, blame)
        describe_run(self.allure, self.title(), self.run_id, verdict, results, self.archive.redactor.mask)
        self._write(verdict, results)
        return verdict

    def _end_everything(self) -> str | None:
        """Ends what the audit started. Out: what should have ended before by itself, in words; it is on record too."""
        lab, left = self.audit.lab, None
        try:
            lab.close()
        except (StackError, OSError) as error:
            left = str(error)
        if lab.leaks:
            left = f"processes were left running: {', '.join(map(str, lab.leaks))}"
        if left:
            self.archive.record(Statement(title="something outlived its end", detail={"what": left}))
        return left

    def _write(self, verdict: Verdict, results: tuple[ScenarioResult, ...]) -> None:
        audit, settings = self.audit, self.in_force.settings
        rehearsal = None
        if self.in_force.stand_ins:
            strange = deviations(results, self.in_force.stand_ins)
            rehearsal = {"as_expected": not strange, "deviations": list(strange)}
        bench = audit.lab.benches.get("main")
        surfaces = audit.observed(SurfacesSeen)
        library = self._library()
        head = {
            "run_id": self.run_id,
            "started_at": audit.started_at.isoformat(),
            "ended_at": now().isoformat(),
            "profile": settings.profile,
            "stack": self.in_force.stack,
            "seed": settings.seed,
            "ss": {
                "base_url": bench.stack.base_url if bench else settings.base_url,
                "revision": bench.stack.spec.revision if bench else None,
            },
            "rehearsal": rehearsal,
        }
        tail = {
            "stata": stata_class(results, self.in_force.stata),
            "llm": llm_class(results, self.in_force.llm),
            "inventory": {"routes": _routes(surfaces), "template_library": _chain(library)},
            "evidence_head": f"sha256:{self.archive.head}",
        }
        verdict_text = json.dumps(document(head, verdict, results, tail), indent=2, ensure_ascii=False)
        written = self.archive.redactor.mask(verdict_text).encode("utf-8")
        (self.data / "verdict.json").write_bytes(written)
        self.archive.event("verdict", {"verdict": verdict.word, "blame": verdict.blame})
        self.archive.close()
        what = self.title()
        page = inventory_page(what, surfaces.rows if surfaces else (), library)
        (self.folder / "inventory.md").write_text(page, "utf-8")
        digest = hashlib.sha256(written).hexdigest()
        print("\n".join(closing_lines(what, verdict, results, rehearsal, str(self.folder), digest)), flush=True)

    def title(self) -> str:
        """What was audited, in one line."""
        bench = self.audit.lab.benches.get("main")
        revision = bench.stack.spec.revision if bench else None
        stand_ins = self.in_force.stand_ins
        parts = [f"stack {self.in_force.stack}", f"revision {revision}" if revision else ""]
        parts += [f"with stand-ins: {', '.join(stand_ins)}" if stand_ins else "", f"seed {self.in_force.settings.seed}"]
        return ", ".join(part for part in parts if part)

    def _library(self) -> Classification | None:
        trace = self.audit.observed(LibraryTrace)
        try:
            return classify(trace) if trace else None
        except NotReached:
            return None

    def _point_here(self) -> None:
        """`reports/latest` and the names beside the bundle. Two runs at once each move the pointer; the later start wins."""
        for name in POINTERS:
            (self.folder / name).symlink_to(Path("bundle", "data", name))
        latest = self.folder.parent / f".latest-{self.run_id}"
        latest.symlink_to(self.run_id)
        latest.replace(self.folder.parent / "latest")


def _lacking(root: Path, plan: Plan) -> tuple[str, ...]:
    """The spec's scenarios that are not planned exactly once. Of a spec that can't be read, its own scenario tells."""
    try:
        wanted = read_spec(root).scenario_names
    except (OSError, UnicodeDecodeError, SpecError):
        return ()
    planned = Counter(scenario.name for scenario in plan.scenarios)
    return tuple(name for name in wanted if planned[name] != 1)


def _shown(in_force: InForce) -> dict[str, Any]:
    shown = in_force.settings.model_dump(mode="json")
    return {"settings": shown, "origin": in_force.origin, "ss_variables": sorted(in_force.ss), "stand_ins": in_force.stand_ins}


def _routes(surfaces: SurfacesSeen | None) -> list[dict[str, Any]]:
    rows = surfaces.rows if surfaces else ()
    return [
        {
            **row.model_dump(mode="json", include={"method", "path", "defined_at", "in_openapi", "reachable"}),
            "class": row.surface,
            "evidence": list(row.evidence),
        }
        for row in rows
    ]


def _chain(library: Classification | None) -> dict[str, Any]:
    if library is None:
        return {"class": "not wired", "boundary": "the chain was not followed to its end", "evidence": []}
    return {
        "class": library.wired,
        "boundary": library.boundary,
        "evidence": sorted({e for link in library.links for e in link.evidence}),
    }
