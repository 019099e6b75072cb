"""Our behave runner: it opens the run before anything is loaded, closes it after everything, and gives the exit code.

behave's own 0 means "no selected scenario failed", also when none was selected; ours means READY.
"""

import copy
import logging
import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import Any, ClassVar

import allure_commons
from behave.exception import ConfigError, InvalidFileLocationError, InvalidFilenameError
from behave.formatter.base import StreamOpener
from behave.model import Scenario
from behave.parser import ParserError
from behave.runner import Runner

from ss_audit.behave_outcome import problem_around
from ss_audit.checks.judgement import Blame
from ss_audit.interruption import Interruption
from ss_audit.plan import PlanError
from ss_audit.report.masked_writing import MASK, MaskedAllureFiles, MaskedJUnit, MaskedStream
from ss_audit.results import INTERRUPTED
from ss_audit.run import Run
from ss_audit.runner_selection import anything_to_run, selection_told, without_unplanned
from ss_audit.settings import SettingsError, load
from ss_audit.stack.errors import StackError

ROOT = Path(__file__).resolve().parents[1]
HOW_TO_START = f"""
This audit has to be started from its own folder with its own runner; behave's would end with 0 where nothing was shown.

    cd {shlex.quote(str(ROOT))}
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
        self._missed: tuple[str, ...] = ()
        self._nothing_fits = ""
        self._interruption = Interruption()

    def run(self) -> bool:
        """Runs the audit. Out: whether the verdict is NOT READY. Raises SystemExit(2) when it is INCONCLUSIVE."""
        if Path.cwd() != ROOT:
            refuse()
        AuditRunner.active = self
        self._interruption.listen()
        logging.getLogger("httpx").setLevel(logging.WARNING)  # every exchange is in the event log
        try:
            self.audit_run = Run(load(self.config.userdata, folder=ROOT), ROOT)
        except (SettingsError, PlanError, StackError, OSError) as error:
            print(f"The audit can't start: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        mask = self.audit_run.archive.redactor.mask
        setattr(self.config, MASK, mask)
        sys.stdout, sys.stderr = MaskedStream(sys.stdout, mask), MaskedStream(sys.stderr, mask)
        self._write_into(self.audit_run)
        trouble, blame = self._guarded()
        self._interruption.close()
        try:
            exit_code = self.audit_run.close(trouble, blame).exit_code
        except Exception as error:
            if not isinstance(error, OSError):
                traceback.print_exc()
            print(f"\nThere is no verdict, because the run could not be closed: {error}", file=sys.stderr)
            print(f"What was seen until then lies in {self.audit_run.folder}", file=sys.stderr)
            exit_code = 2
        if exit_code == 2:
            raise SystemExit(2)
        return exit_code == 1

    def run_model(self, features: Any = None) -> Any:
        """As behave's, without what is not planned under these settings."""
        assert self.audit_run is not None
        self._missed = without_unplanned(self.features, self.audit_run.in_force.given, self.config)
        if self._missed:
            self.audit_run.live.say([f"Not in this audit: {why}" for why in self._missed], needed=True)
        if not anything_to_run(self.features, self.config):
            self._nothing_fits = f"no scenario fits the selection {selection_told(self.config)}"
            self.audit_run.live.say([f"Nothing is started: {self._nothing_fits}"])
        return super().run_model(features)

    def run_hook(self, hook_name: str, *args: Any) -> Any:
        """As behave's, and a checkpoint: an interrupt that struck in a place which swallows exceptions still ends the run.

        Where no scenario is to run, SS is not started either.
        """
        if self._nothing_fits and hook_name == "before_all":
            return True
        result = super().run_hook(hook_name, *args)
        if self._interruption.happened and not self.aborted:
            self.abort(reason=INTERRUPTED)
        return result

    def _guarded(self) -> tuple[str | None, Blame | None]:
        """behave's own run. Out: why the run is partial and whose fault that is, as far as behave knows."""
        try:
            self._interruption.release()
            super().run()
        except KeyboardInterrupt:
            return INTERRUPTED, "operator"
        except FileNotFoundError as error:
            if error.errno is not None:  # behave's own has none; this one came from the operating system, in mid-run
                return f"the operating system refused: {error}", "environment"
            return f"there is no feature file {error}", "operator"
        except (ParserError, ConfigError, InvalidFileLocationError, InvalidFilenameError) as error:
            return f"behave could not run the features: {error}", "operator"
        except OSError as error:
            return f"the operating system refused: {error}", "environment"
        except Exception as error:
            return f"behave broke: {type(error).__name__}: {error}", "audit"
        if self._interruption.happened:
            return INTERRUPTED, "operator"
        assert self.audit_run is not None
        broke = self._told_what_broke()
        if self.hook_failures or broke:
            return f"a hook or cleanup of the audit broke{f': {broke}' if broke else ''}", "audit"
        if self.aborted:
            return "behave was told to stop", "operator"
        if self.config.dry_run:
            return "it was a dry run", "operator"
        if self.undefined_steps:
            return f"steps without a definition: {', '.join(sorted({s.name for s in self.undefined_steps}))}", "audit"
        if self._missed and not self.audit_run.audit.begun():
            return f"nothing of the selection was there: {'; '.join(self._missed)}", "operator"
        if self._nothing_fits:
            return self._nothing_fits, "operator"
        return None, None

    def _told_what_broke(self) -> str:
        """Tells the audit in which scenarios a hook or a cleanup broke: no step shows that. Out: the same, for people."""
        assert self.audit_run is not None
        planned = {scenario.name for scenario in self.audit_run.audit.plan.scenarios}
        broken = {s.name: problem_around(s) for feature in self.features for s in feature.walk_scenarios()}
        told = {name: problem for name, problem in broken.items() if problem and name in planned}
        for name, problem in told.items():
            self.audit_run.audit.broke(name, problem)
        return "; ".join(f"{name}: {problem}" for name, problem in told.items())

    def _write_into(self, run: Run) -> None:
        """Allure results and JUnit go into the run's folder, whatever else was asked for and wherever that goes."""
        formats, outputs = self.config.format, self.config.outputs
        while len(outputs) < len(formats):
            outputs.append(StreamOpener(stream=sys.stdout))
        formats.insert(0, "ss_audit.report.plain_words:PlainWords")
        outputs.insert(0, StreamOpener(stream=sys.stdout))
        if any("allure" in name.lower() for name in formats):  # a second formatter would write everything twice
            allure_commons.plugin_manager.register(MaskedAllureFiles(str(run.allure), run.archive.redactor.mask))
        elif not self.config.dry_run:  # Allure would show scenarios that nobody executed
            formats.append("ss_audit.report.masked_writing:MaskedAllureFormatter")
            outputs.append(StreamOpener(filename=str(run.allure)))
        ours = copy.copy(self.config)
        ours.junit_directory = str(run.junit)
        ours.base_dir = str(ROOT)  # behave says it to its own configuration, and after this
        reporter = MaskedJUnit(ours)
        reporter.show_skipped_always = True  # what is left out is seen, and not just missing
        self.config.reporters.append(reporter)
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
