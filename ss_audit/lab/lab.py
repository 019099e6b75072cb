"""What a run has at hand: the LLM provider behind the relay, the Stata behind the shim, and the stacks made of them.

A stack is started when it is first asked for. Everything that is started is registered for cleanup at once, and the
keeper ends it should the audit be killed.
"""

import contextlib
import random
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import ProcessSeen
from ss_audit.lab.bench import Bench
from ss_audit.lab.stand_in import StandInLlm
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.ss.dataset import Dataset, generated
from ss_audit.stack.disk import require_free
from ss_audit.stack.environment import secrets_in
from ss_audit.stack.errors import StackError
from ss_audit.stack.local import LocalStack
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import OUR_ROOT, checkout_spec, reference_spec
from ss_audit.stack.spec import StackSpec
from ss_audit.witness import process_table
from ss_audit.witness.llm_relay import LlmRelay
from ss_audit.witness.stata_shim.command import write_shim

MAIN = "main"
PROVIDER_OF_SS = "https://yunwu.ai/v1"
REFERENCE_LIBRARY = OUR_ROOT / "rehearsal" / "reference_ss" / "library"
REHEARSAL_STATA = shlex.join([sys.executable, "-m", "rehearsal.stata"])
CHECKOUT_LIBRARY = Path("assets", "stata_do_library")


class Lab:
    """One run's workplace. `waiting` is told what is being waited for. Closing it ends everything that it started."""

    def __init__(self, in_force: InForce, archive: Archive, waiting: Callable[[str], None] = lambda _: None) -> None:
        self.in_force = in_force
        self.archive = archive
        self.waiting = waiting
        self.rng = random.Random(f"ss-audit questions {in_force.settings.seed}")
        self.data: Dataset = generated(in_force.settings.seed)
        self.benches: dict[str, Bench] = {}
        self.deaths: list[ProcessSeen] = []
        self.leaks: list[int] = []
        self.relay: LlmRelay | None = None
        self._cleanups = contextlib.ExitStack()
        self._scratch: Path | None = None
        self._keeper: Keeper | None = None
        self._main_failed: StackError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def scratch(self) -> Path:
        """A folder outside the reports for what must not stay: SS's own state holds tokens in clear."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="ss-audit-"))
            self._cleanups.callback(shutil.rmtree, self._scratch, ignore_errors=True)
            self.keeper.remove_at_death(self._scratch)
            require_free(self._scratch)
        return self._scratch

    @property
    def keeper(self) -> Keeper:
        """The process that ends what is left should we be killed."""
        if self._keeper is None:
            self._keeper = Keeper()
            self._cleanups.callback(self._end_keeper, self._keeper)
        return self._keeper

    @property
    def main(self) -> Bench:
        """The stack of the main journey, on SS's own library."""
        return self.bench(MAIN)

    @property
    def library(self) -> Path | None:
        """SS's own template library, where we can reach it."""
        named = self.in_force.settings.ss_env.get("SS_DO_TEMPLATE_LIBRARY_DIR") or self.in_force.ss.get(
            "SS_DO_TEMPLATE_LIBRARY_DIR"
        )
        root = self.source_root
        place = Path(named) if named else root / CHECKOUT_LIBRARY if self.in_force.stack == "checkout" else REFERENCE_LIBRARY
        place = place if place.is_absolute() else root / place
        return place if place.is_dir() else None

    @property
    def source_root(self) -> Path:
        """The folder with SS's source."""
        settings = self.in_force.settings
        return settings.ss_root.expanduser().resolve() if settings.ss_root else OUR_ROOT / "rehearsal" / "reference_ss"

    def bench(self, name: str, library: Path | None = None, ado: AdoFolder | None = None) -> Bench:
        """The stack of this name, started when it does not run yet; `library` and `ado` count only then.

        An SS that could not be started as it is will not be tried again: each try may take the whole `timeout_startup`.
        """
        if name not in self.benches:
            if self._main_failed is not None:
                raise self._main_failed
            self.waiting(f"starting SS ({name})")
            try:
                self.benches[name] = self._started(name, library, ado)
            except StackError as error:
                self._main_failed = error if name == MAIN else None
                raise
        return self.benches[name]

    def task_code(self) -> str:
        """A code that SS will redeem. SS takes any code that was never used."""
        return f"tc-audit-{self.rng.getrandbits(64):016x}"

    def look_after(self) -> tuple[ProcessSeen, ...]:
        """Finds processes that ended unasked and starts them again. Out: those found just now."""
        found: list[ProcessSeen] = []
        for bench in self.benches.values():
            dead = [seen for seen in bench.stack.check_alive() if seen.id not in {known.id for known in self.deaths}]
            self.deaths += dead
            found += dead
            if dead:
                self.waiting(f"{', '.join(d.role for d in dead)} ended unasked; starting it again")
                bench.revive()
        return tuple(found)

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """Processes of SS that came unasked, recorded."""
        pids = {pid: role for bench in self.benches.values() for pid, role in bench.stack.strangers().items()}
        entries = [process_table.look(role, pid, "came unasked") for pid, role in pids.items()]
        return tuple(self.archive.record(entry) for entry in entries if entry.alive)

    def close(self) -> None:
        """Ends everything, in the reverse order of its start; nothing keeps the rest from being ended."""
        self._cleanups.close()

    def _started(self, name: str, library: Path | None, ado: AdoFolder | None) -> Bench:
        folder = self.scratch / name
        records = folder / "stata-records"
        env = self._environment(folder, records)
        if library is not None:
            env["SS_DO_TEMPLATE_LIBRARY_DIR"] = str(library)
        if ado is not None:
            env |= ado.environment(env)
        stack = LocalStack(self._spec(name, folder, env), self.archive, self.keeper, folder, mask=self.archive.redactor.mask)
        self._cleanups.callback(stack.stop)
        processes = stack.start()
        bench = Bench(name, stack, self.archive, self._relay(), records, self.in_force, self.waiting, processes)
        self._cleanups.callback(bench.close)
        return bench

    def _spec(self, name: str, folder: Path, env: dict[str, str]) -> StackSpec:
        s = self.in_force.settings
        if self.in_force.stack == "reference":
            return reference_spec(
                folder, env, name=name, api_command=s.api_command, worker_command=s.worker_command,
                timeout_startup=s.timeout_startup,
            )  # fmt: skip
        if s.ss_root is None:
            raise ValueError("stack=checkout without ss_root: the settings should have refused this")
        return checkout_spec(
            s.ss_root, s.ss_python or sys.executable, folder, env, name=name,
            env_file_is="honoured" if s.profile == "production" else "overridden",
            api_command=s.api_command, worker_command=s.worker_command, timeout_startup=s.timeout_startup,
        )  # fmt: skip

    def _environment(self, folder: Path, records: Path) -> dict[str, str]:
        """SS's own variables as the operator set them, with our witnesses in the way of provider and Stata."""
        ss = dict(self.in_force.ss)
        relay = self._relay()
        stata = ss.get("SS_STATA_CMD", "") if self.in_force.stata == "real" else REHEARSAL_STATA
        env = {
            **ss,
            **self.in_force.settings.ss_env,
            "SS_LLM_BASE_URL": relay.base_url,
            "SS_LLM_MODEL": self.in_force.settings.llm_model,
            "SS_STATA_CMD": write_shim(folder / "shim", records, sys.executable, stata),
        }
        if self.in_force.llm == "rehearsal":
            env["SS_LLM_PROVIDER"] = "openai_compatible"
            env["SS_LLM_API_KEY"] = f"rehearsal-key-{random.Random(str(folder)).getrandbits(96):024x}"
        if self.in_force.settings.profile == "rehearsal":
            env.setdefault("SS_WORKER_IDLE_SLEEP_SECONDS", "0.1")
        for name, value in secrets_in(env).items():
            self.archive.redactor.learn(value, name.lower().replace("_", " "))
        return env

    def _relay(self) -> LlmRelay:
        if self.relay is None:
            upstream = self.in_force.ss.get("SS_LLM_BASE_URL") or PROVIDER_OF_SS
            if self.in_force.llm == "rehearsal":
                self.waiting("starting the rehearsal LLM")
                stand_in = StandInLlm(self.keeper, self.scratch)
                self._cleanups.callback(stand_in.stop)
                upstream = stand_in.start(self.in_force.settings.timeout_startup)
            self.relay = LlmRelay(upstream, self.archive, list(secrets_in(self.in_force.ss).values()))
            self.relay.start()
            self._cleanups.callback(self.relay.stop)
        return self.relay

    def _end_keeper(self, keeper: Keeper) -> None:
        self.leaks += keeper.close()
