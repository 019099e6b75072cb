"""Our behave runner: it opens the run before anything is loaded, closes it after everything, and gives the exit code.

behave's own 0 means "no selected scenario failed", also when none was selected; ours means READY.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from behave.exception import ConfigError
from behave.formatter.base import StreamOpener
from behave.model import Scenario
from behave.parser import ParserError
from behave.reporter.junit import JUnitReporter
from behave.runner import Runner

from ss_audit.checks.judgement import Blame
from ss_audit.plan import PlanError
from ss_audit.run import Run
from ss_audit.settings import SettingsError, load
from ss_audit.stack.errors import StackError

ROOT = Path(__file__).resolve().parents[1]
HOW_TO_START = f"""
This audit has to be started from its own folder with its own runner; behave's would end with 0 where nothing was shown.

    cd {ROOT}
    behave                        the whole audit
    behave --tags=@plan           a part of it (never READY)
    ss-audit run                  the same, with every end without a verdict turned into exit code 2
"""


class AuditRunner(Runner):  # type: ignore[misc]
    """behave's runner around one `Run`. Exit code 0 READY, 1 NOT READY, 2 INCONCLUSIVE."""

    active: ClassVar["AuditRunner | None"] = None

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.audit_run: Run | None = None

    def run(self) -> bool:
        """Runs the audit. Out: whether the verdict is NOT READY. Raises SystemExit(2) when it is INCONCLUSIVE."""
        if Path.cwd() != ROOT:
            refuse()
        AuditRunner.active = self
        signal.signal(signal.SIGTERM, _as_interrupt)
        try:
            self.audit_run = Run(load(self.config.userdata, folder=ROOT), ROOT)
        except (SettingsError, PlanError, StackError, OSError) as error:
            print(f"The audit can't start: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        self._write_into(self.audit_run)
        trouble, blame = self._guarded()
        verdict = self.audit_run.close(trouble, blame)
        if verdict.exit_code == 2:
            raise SystemExit(2)
        return verdict.exit_code == 1

    def _guarded(self) -> tuple[str | None, Blame | None]:
        """behave's own run. Out: why the run is partial and whose fault that is, as far as behave knows."""
        try:
            super().run()
        except KeyboardInterrupt:
            return "it was interrupted", "operator"
        except (ParserError, ConfigError, FileNotFoundError) as error:
            return f"behave could not run the features: {error}", "operator"
        except Exception as error:
            return f"behave broke: {type(error).__name__}: {error}", "audit"
        if self.aborted:
            return "it was interrupted", "operator"
        if self.config.dry_run:
            return "it was a dry run", "operator"
        if self.undefined_steps:
            return f"steps without a definition: {', '.join(sorted({s.name for s in self.undefined_steps}))}", "audit"
        if self.hook_failures:
            return "a hook of the audit broke", "audit"
        return None, None

    def _write_into(self, run: Run) -> None:
        """Allure results and JUnit go into the run's folder, whatever other formatters were asked for."""
        outputs = self.config.outputs
        while len(outputs) < len(self.config.format):
            outputs.append(StreamOpener(stream=sys.stdout))
        self.config.format.append("allure_behave.formatter:AllureFormatter")
        outputs.append(StreamOpener(filename=str(run.allure)))
        self.config.junit = True
        self.config.junit_directory = str(run.junit)
        self.config.reporters.append(JUnitReporter(self.config))
        Scenario.continue_after_failed_step = True


def current() -> Run:
    """The run that is under way. Ends the process with 2 under any other runner, or from another folder."""
    if AuditRunner.active is None or AuditRunner.active.audit_run is None or Path.cwd() != ROOT:
        refuse()
    assert AuditRunner.active is not None
    assert AuditRunner.active.audit_run is not None
    return AuditRunner.active.audit_run


def refuse() -> None:
    """Says how to start, and ends the process at once: the stock runner would turn an exception into its own 1."""
    print(HOW_TO_START, file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(2)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends the run as Ctrl-C does: in order, with its evidence."""
    raise KeyboardInterrupt
