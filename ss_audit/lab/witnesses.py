"""Our witnesses for a stack that we start: the relay in front of the LLM provider, the shim in front of Stata."""

import random
import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ss_audit.evidence.archive import Archive
from ss_audit.lab.stand_in import StandInLlm
from ss_audit.settings import InForce
from ss_audit.stack.environment import secrets_in
from ss_audit.stack.sidecar import Keeper
from ss_audit.witness.llm_relay import LlmRelay
from ss_audit.witness.stata_shim.command import write_shim

PROVIDER_OF_SS = "https://yunwu.ai/v1"
REHEARSAL_STATA = ("-m", "rehearsal.stata")


class Witnesses:
    """One relay for a run, and a shim for each stack. What is started ends with `cleanups`.

    `keeper` and `scratch` are asked for when they are needed: a run that starts nothing has neither.
    """

    def __init__(
        self,
        in_force: InForce,
        archive: Archive,
        cleanups: ExitStack,
        keeper: Callable[[], Keeper],
        scratch: Callable[[], Path],
        waiting: Callable[[str], None],
    ) -> None:
        self.in_force = in_force
        self.archive = archive
        self.started_relay: LlmRelay | None = None
        self._cleanups = cleanups
        self._keeper, self._scratch = keeper, scratch
        self._waiting = waiting

    def scratch(self) -> Path:
        """The run's folder for what must not stay."""
        return self._scratch()

    def keeper(self) -> Keeper:
        """The process that ends what is left should we be killed."""
        return self._keeper()

    def at_the_end(self, act: Callable[[], object]) -> None:
        """Has this done when the run ends, before whatever was registered earlier."""
        self._cleanups.callback(act)

    def relay(self) -> LlmRelay:
        """The relay, started when it is first asked for, with the rehearsal LLM behind it where that stands in."""
        if self.started_relay is None:
            upstream = self.in_force.ss.get("SS_LLM_BASE_URL") or PROVIDER_OF_SS
            if self.in_force.llm == "rehearsal":
                self._waiting("starting the rehearsal LLM")
                stand_in = StandInLlm(self._keeper(), self._scratch())
                self._cleanups.callback(stand_in.stop)
                upstream = stand_in.start(self.in_force.settings.timeout_startup)
            self.started_relay = LlmRelay(upstream, self.archive, self._keys())
            self.started_relay.start()
            self._cleanups.callback(self.started_relay.stop)
        return self.started_relay

    def _keys(self) -> list[str]:
        """What the relay masks besides the key that passes: SS's secrets, as far as they can be told from other text."""
        learn = self.archive.redactor.learn
        return [value for name, value in secrets_in(self.in_force.ss).items() if learn(value, name.lower().replace("_", " "))]

    def environment(
        self, folder: Path, records: Path, python: str = sys.executable, program_root: Path | None = None
    ) -> dict[str, str]:
        """SS's own variables as the operator set them, with our witnesses in the way of provider and Stata.

        In: a folder for the shim, and where it leaves its records; for SS in a container the interpreter there, and the
        folder there that holds our package.
        """
        ss = dict(self.in_force.ss)
        stata = ss.get("SS_STATA_CMD", "") if self.in_force.stata == "real" else shlex.join([python, *REHEARSAL_STATA])
        env = {
            **ss,
            **self.in_force.settings.ss_env,
            "SS_LLM_BASE_URL": self.relay().base_url,
            "SS_LLM_MODEL": self.in_force.settings.llm_model,
            "SS_STATA_CMD": write_shim(folder / "shim", records, python, stata, program_root=program_root),
        }
        if self.in_force.llm == "rehearsal":
            env["SS_LLM_PROVIDER"] = "openai_compatible"
            env["SS_LLM_API_KEY"] = f"rehearsal-key-{random.Random(str(folder)).getrandbits(96):024x}"
        if self.in_force.settings.profile == "rehearsal":
            env.setdefault("SS_WORKER_IDLE_SLEEP_SECONDS", "0.1")
        for name, value in secrets_in(env).items():
            self.archive.redactor.learn(value, name.lower().replace("_", " "))
        return env
