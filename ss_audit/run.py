"""One run from its first line of evidence to its verdict: the folder, what lies in it, and the order of closing."""

import json
import secrets
from pathlib import Path
from typing import Any

from ss_audit.audit import Audit
from ss_audit.checks.classes import llm_class, stata_class
from ss_audit.checks.judgement import Blame, NotReached
from ss_audit.checks.library import Classification, classify
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import now
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.lab.lab import Lab
from ss_audit.plan import read_plan
from ss_audit.report.inventory import inventory_page
from ss_audit.report.reconcile import allure_problems
from ss_audit.report.terminal import closing_lines
from ss_audit.settings import InForce
from ss_audit.stack.disk import require_free
from ss_audit.stack.errors import StackError
from ss_audit.verdict import ScenarioResult, Verdict, decide, deviations, document

POINTERS = ("verdict.json", "allure-results", "junit")


class Run:
    """A run's folder and the audit in it. Opening writes the plan, closing the verdict; both happen once."""

    def __init__(self, in_force: InForce, root: Path) -> None:
        settings = in_force.settings
        self.run_id = settings.run_id or f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self.folder = (root / settings.reports_dir / self.run_id).absolute()
        require_free(self.folder)
        self.data = self.folder / "bundle" / "data"
        self.allure = self.data / "allure-results"
        self.junit = self.data / "junit"
        redactor = Redactor()
        self.archive = Archive(self.data, redactor, settings.evidence_limit)
        self.in_force = in_force
        plan = read_plan(root / "features")
        self.archive.event("planned", {"run_id": self.run_id, "scenarios": [s.id for s in plan.scenarios]})
        self.archive.event("settings", _shown(in_force))
        self._point_here()
        self.audit = Audit(in_force, self.run_id, plan, self.archive, Lab(in_force, self.archive))

    def start(self) -> None:
        """Starts the main stack, so that what keeps it from starting is said first. The scenarios then say it again."""
        try:
            bench = self.audit.lab.main
        except (StackError, OSError) as error:
            print(f"\nSS could not be started, so hardly anything can be judged:\n{error}\n")
            return
        print(f"SS is up: {self.in_force.stack} at {bench.stack.base_url}; evidence in {self.folder}")

    def close(self, trouble: str | None, blame: Blame | None) -> Verdict:
        """The end: last look, everything ended, judged, written. `trouble` is why the run is partial, if it is known."""
        audit = self.audit
        if trouble is None:
            audit.look_once_more()
        audit.lab.close()
        if audit.lab.leaks:
            trouble, blame = f"processes were left running: {audit.lab.leaks}", "audit"
        results = audit.results()
        executed = [r for r in results if r.outcome != "not_run"]
        if trouble is None and len(executed) < len(results):
            trouble, blame = f"{len(results) - len(executed)} of {len(results)} scenarios were not run", "operator"
        differing = allure_problems(self.allure, [r.name for r in executed])
        if differing:
            trouble, blame = f"Allure shows something else than what happened: {'; '.join(differing)}", "audit"
        verdict = decide(results, self.in_force.settings.profile, trouble, blame)
        self._write(verdict, results)
        return verdict

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
        (self.data / "verdict.json").write_text(self.archive.redactor.mask(verdict_text), "utf-8")
        self.archive.event("verdict", {"verdict": verdict.word, "blame": verdict.blame})
        self.archive.close()
        what = self.title()
        page = inventory_page(what, surfaces.rows if surfaces else (), library)
        (self.folder / "inventory.md").write_text(page, "utf-8")
        print("\n".join(closing_lines(what, verdict, results, rehearsal, str(self.folder))), flush=True)

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
