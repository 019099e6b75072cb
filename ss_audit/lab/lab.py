"""What a run has at hand: the stacks, with our witnesses on them, and what is needed to walk jobs on them.

A stack is started when it is first asked for. Everything that is started is registered for cleanup at once, and the
keeper ends it should the audit be killed.
"""

import contextlib
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import ProcessSeen
from ss_audit.lab.bench import Bench
from ss_audit.lab.stacks import supply_for
from ss_audit.lab.task_codes import TaskCodes
from ss_audit.lab.witnesses import Witnesses
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.ss.dataset import Dataset, generated
from ss_audit.ss.own_data import own_data
from ss_audit.stack.disk import require_free
from ss_audit.stack.errors import StackDidNotStart, StackError
from ss_audit.stack.interface import Mean, Stack
from ss_audit.stack.sidecar import Keeper
from ss_audit.witness.llm_relay import LlmRelay

MAIN = "main"


class Lab:
    """One run's workplace. `waiting` is told what is being waited for. Closing it ends everything that it started."""

    def __init__(self, in_force: InForce, archive: Archive, waiting: Callable[[str], None] = lambda _: None) -> None:
        self.in_force = in_force
        self.archive = archive
        self.waiting = waiting
        self.rng = random.Random(f"ss-audit questions {in_force.settings.seed}")
        self.data: Dataset = generated(in_force.settings.seed)
        dataset = in_force.settings.dataset
        self.own_data: Dataset | None = own_data(dataset.expanduser()) if dataset else None
        self.benches: dict[str, Bench] = {}
        self.deaths: list[ProcessSeen] = []
        self.leaks: list[int] = []
        self._cleanups = contextlib.ExitStack()
        self._scratch: Path | None = None
        self._keeper: Keeper | None = None
        self._asked: set[str] = set()
        self._main_failed: StackError | None = None
        self._lost: StackError | None = None
        self._witnesses = Witnesses(in_force, archive, self._cleanups, lambda: self.keeper, lambda: self.scratch, waiting)
        self.supply = supply_for(in_force, self._witnesses)

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
        return self.supply.library

    @property
    def source_root(self) -> Path | None:
        """The folder with SS's source, where we can reach it."""
        return self.supply.source_root

    @property
    def lacks(self) -> Mapping[Mean, str]:
        """What can't be done on this kind of stack, each with the sentence that says what would change that."""
        return self.supply.lacks

    @property
    def relay(self) -> LlmRelay | None:
        """The relay, where one was started."""
        return self._witnesses.started_relay

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The stacks that run, each once: several benches may share one that ran before us."""
        return tuple({id(bench.stack): bench.stack for bench in self.benches.values()}.values())

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
        bench = self.benches[name]
        if bench.stack.run_on(bench.library):
            self._reconnect(bench.stack)
        return bench

    def task_code(self) -> str:
        """A code that SS will redeem: the operator's, else any that was never used. Raises `NoTaskCode`."""
        codes = self.in_force.settings.task_codes
        if codes is not None:
            return TaskCodes(codes).take()
        return f"tc-audit-{self.rng.getrandbits(64):016x}"

    def look_after(self) -> tuple[ProcessSeen, ...]:
        """Finds processes that ended unasked and starts them again. Out: those found just now.

        Raises StackError when that can't be done, and from then on at once: each try may take the whole `timeout_startup`.
        """
        if self._lost is not None:
            raise self._lost
        found: list[ProcessSeen] = []
        for stack in self.stacks:
            dead = [seen for seen in stack.check_alive() if seen.id not in {known.id for known in self.deaths}]
            self.deaths += dead
            found += dead
            if dead:
                self.waiting(f"{', '.join(d.role for d in dead)} ended unasked; starting it again")
                try:
                    stack.revive()
                except StackError as error:
                    if isinstance(error, StackDidNotStart) and error.ended is not None:
                        self.deaths.append(error.ended)
                    self._lost = error
                    raise
                self._reconnect(stack)
        return tuple(found)

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """Processes of SS that came unasked, recorded."""
        return tuple(seen for stack in self.stacks for seen in stack.strangers())

    def close(self) -> None:
        """Ends everything, in the reverse order of its start; nothing keeps the rest from being ended."""
        self._cleanups.close()

    def _started(self, name: str, library: Path | None, ado: AdoFolder | None) -> Bench:
        made = self.supply.make(name, self.scratch / name, self.keeper, library, ado)
        known = next((bench for bench in self.benches.values() if bench.stack is made.stack), None)
        if known is None:
            self._cleanups.callback(made.stack.stop)
        processes = made.stack.start() if known is None else known.processes
        bench = Bench(name, made, self.archive, self.in_force, self.waiting, processes, library, self._asked)
        self._cleanups.callback(bench.close)
        return bench

    def _reconnect(self, stack: Stack) -> None:
        """SS was started anew, and may listen elsewhere now."""
        for bench in self.benches.values():
            if bench.stack is stack:
                bench.reconnect()

    def _end_keeper(self, keeper: Keeper) -> None:
        self.leaks += keeper.close()
