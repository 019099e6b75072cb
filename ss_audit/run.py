"""One run from its first line of evidence to its verdict: opening, its folder and what lies in it. How it ends: `closing`."""

import json
import secrets
from pathlib import Path
from typing import Any

from ss_audit.audit import Audit
from ss_audit.checks.judgement import Blame
from ss_audit.closing import Closed, Closing
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.attestation import signing_key
from ss_audit.evidence.bag import digest_of, write_whole
from ss_audit.evidence.model import now
from ss_audit.known_secrets import not_masked, redactor_for, told_of
from ss_audit.lab.lab import Lab
from ss_audit.plan import read_plan
from ss_audit.planned import PLAN, on_record
from ss_audit.report.behave_reports import BehaveReports
from ss_audit.report.live import live
from ss_audit.report.terminal import closing_lines, quiet_lines
from ss_audit.report.told.account import account_of
from ss_audit.report.views import write_views
from ss_audit.report.what_was_audited import described
from ss_audit.results import Trouble
from ss_audit.run_reading import read_run
from ss_audit.settings import InForce
from ss_audit.spec import SPEC_FILE
from ss_audit.stack.disk import require_free
from ss_audit.stack.errors import StackError
from ss_audit.verdict import Verdict
from ss_audit.versions import versions

POINTERS = ("verdict.json", "allure-results", "junit")
SETTINGS, VERSIONS = "settings.json", "versions.json"


class Run:
    """A run's folder and the audit in it. Opening writes the plan, closing the verdict; both happen once.

    Raises, while opening, `PlanError`, `NoSpace` and OSError: then there is no run.
    """

    def __init__(self, in_force: InForce, root: Path) -> None:
        settings = in_force.settings
        self._key = signing_key(settings.signing_key.expanduser()) if settings.signing_key else None
        plan = read_plan(root / "features").under(in_force.given)
        self._planned = on_record(plan, root)
        self.run_id = settings.run_id or f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self.folder = (root / settings.reports_dir / self.run_id).absolute()
        require_free(self.folder)
        self.data = self.folder / "bundle" / "data"
        self.archive = Archive(self.data, redactor_for(in_force), settings.evidence_limit)
        self.in_force = in_force
        self.live = live(settings.quiet, self.archive.redactor.mask)
        self.audit = Audit(in_force, self.run_id, plan, self.archive, Lab(in_force, self.archive, self.live))
        self._open(root)
        kind = f"{settings.profile}/{in_force.stack}"
        mask = self.archive.redactor.mask
        self.reports = BehaveReports(self.data, plan, self.run_id, kind, mask, _spec_text(root))
        self._point_here()

    @property
    def allure(self) -> Path:
        """The folder for Allure's results."""
        return self.reports.allure

    @property
    def junit(self) -> Path:
        """The folder for JUnit files."""
        return self.reports.junit

    def start(self) -> None:
        """Starts the main stack, so that what keeps it from starting is said first. The scenarios then say it again."""
        unmasked = not_masked(self.in_force)
        warning = [f"Note: {told_of(unmasked)}"] if unmasked else []
        self.live.say(
            [
                f"Audit {self.run_id} of {self.title()}",
                f"Seed: {self.in_force.settings.seed}",
                f"Evidence and reports: {self.folder}",
                *warning,
            ]
        )
        try:
            bench = self.audit.lab.main
        except (StackError, OSError) as error:
            self.live.say(["", "SS could not be started, so hardly anything can be judged:", str(error), ""], needed=True)
        else:
            self.live.say([f"SS is up at {bench.stack.base_url}", ""])
        self.live("")

    def close(self, trouble: str | None, blame: Blame | None) -> Verdict:
        """The end: last look, everything ended, judged, sealed. `trouble` is why the run is partial, if it is known.

        Raises OSError when the end can't be written down: then there is no verdict that counts.
        """
        said = Trouble(what=trouble, blame=blame or "audit") if trouble else None
        closing = Closing(self.audit, self._planned, self.folder, self.reports, self.title, self._key)
        closed = closing.close(said)
        self.live.close()
        views = self._views(closed)
        if again := closing.looked_through():
            closed, views = again, self._views(again)
        told = account_of(read_run(self.folder / "bundle"), closed.digest)
        quiet = self.in_force.settings.quiet
        lines = quiet_lines(told, str(self.folder)) if quiet else closing_lines(told, str(self.folder), views)
        self.live.say(lines, needed=True)
        return closed.verdict

    def _views(self, closed: Closed) -> tuple[str, ...]:
        wanted = self.in_force.settings.views
        return write_views(self.folder / "bundle", self.folder, closed.digest) if wanted else ()

    def title(self) -> str:
        """What was audited, in one line."""
        bench = self.audit.lab.benches.get("main")
        revision = bench.stack.revision if bench else None
        where = self.in_force.settings.base_url if self.in_force.stack == "remote" else None
        return described(self.in_force.stack, where, revision, self.in_force.stand_ins)

    def _open(self, root: Path) -> None:
        """What the run is meant to do and with what: each a file, and an event that pins it."""
        write_whole(self.data / PLAN, self._planned.written())
        about = {"run_id": self.run_id, "started_at": self.audit.started_at.isoformat()}
        scenarios = [scenario.id for scenario in self.audit.plan.scenarios]
        self.archive.event_of_ours("planned", {**about, "scenarios": scenarios, "plan": digest_of(self.data / PLAN)})
        for type_, file, data in (("settings", SETTINGS, _shown(self.in_force)), ("versions", VERSIONS, versions(root))):
            masked = self.archive.masked(data)
            write_whole(self.data / file, json.dumps(masked, indent=2, ensure_ascii=False).encode("utf-8"))
            self.archive.event_of_ours(type_, masked)

    def _point_here(self) -> None:
        """`reports/latest` and the names beside the bundle. Two runs at once each move the pointer; the later start wins."""
        for name in POINTERS:
            (self.folder / name).symlink_to(Path("bundle", "data", name))
        latest = self.folder.parent / f".latest-{self.run_id}"
        latest.symlink_to(self.run_id)
        latest.replace(self.folder.parent / "latest")


def _shown(in_force: InForce) -> dict[str, Any]:
    shown = in_force.settings.model_dump(mode="json")
    parts = {"stack": in_force.stack, "stata": in_force.stata, "llm": in_force.llm, "stand_ins": in_force.stand_ins}
    return {"settings": shown, "origin": in_force.origin, "ss_variables": sorted(in_force.ss), **parts}


def _spec_text(root: Path) -> str:
    """The spec's markdown; empty when it can't be read, of which a scenario of its own tells."""
    try:
        return (root / SPEC_FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
