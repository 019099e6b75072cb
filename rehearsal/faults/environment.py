"""What SS does not answer for: its provider, its licence, the disk and the processes of its host."""

from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

GROUP = "environment"
JOURNEY = "A person comes from a task code to downloaded results"
STARTED = "SS is started as in production, and it is known how"
ALIVE = "SS stays up while it is audited"
STATA = "Real Stata runner is evidenced"
PACKAGE = "Missing ado/SSC dependency is diagnosable and recoverable"
DRAFT = "journey.draft_is_ready"
SUCCEEDS = "journey.job_succeeds"
EXPIRED = """
license has expired

The license for this copy of the software ended. Nothing was run.
"""


def _answering(status: int, message: str) -> None:
    """Lets the provider refuse every call with this status."""
    from rehearsal.llm.server import Handler

    instead_of(Handler, "_chat")(lambda _original, self, _request: self.send_error(status, message))


def _hangs_up() -> None:
    from rehearsal.llm.server import Handler

    @instead_of(Handler, "_chat")
    def chat(_original: Any, self: Any, _request: Any) -> None:
        self.close_connection = True
        self.connection.shutdown(2)


def _licence_expired() -> None:
    from rehearsal.stata import cli

    instead_of(cli, "_run")(lambda _original, out, *_: out.write(EXPIRED) or 1)


def _disk_full() -> None:
    import errno

    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "_keep")
    def keep(original: Any, self: Any, kind: str, name: str, content: bytes) -> None:
        if name.startswith("outputs/"):
            raise OSError(errno.ENOSPC, "No space left on device", name)
        original(self, kind, name, content)


def _shot_once(mark: str) -> None:
    """Lets another process end this one by SIGKILL, once in an audit; `mark` is the file that remembers it."""
    import os
    import subprocess
    from pathlib import Path

    shot = Path(os.environ["TMPDIR"], mark)
    if not shot.exists():
        shot.write_text("")
        subprocess.Popen(["kill", "-KILL", str(os.getpid())]).wait()


def _api_is_shot() -> None:
    from rehearsal.reference_ss.journey.planning import Planning

    @instead_of(Planning, "freeze")
    def freeze(original: Any, self: Any, *asked: Any) -> Any:
        _shot_once("api-was-shot")
        return original(self, *asked)


def _worker_is_shot() -> None:
    from rehearsal.reference_ss.worker.attempt import Attempts

    @instead_of(Attempts, "execute")
    def execute(original: Any, self: Any, *what: Any) -> Any:
        _shot_once("worker-was-shot")
        return original(self, *what)


def _deaf_to_the_ado_path() -> None:
    """As a wrapper does that hands Stata an environment of its own."""
    import os

    os.environ.pop("S_ADO", None)


_fault = partial(Fault, group=GROUP, verdict="INCONCLUSIVE", blame="environment", severity="major", run=("*",))
FAULTS = (
    _fault(
        name="provider-overloaded",
        what="The provider answers every call with 503.",
        where=("llm",),
        apply=lambda: _answering(503, "overloaded"),
        scenario=JOURNEY,
        check=DRAFT,
        saw="the LLM provider .* did not serve SS: it answered 503",
    ),
    _fault(
        name="provider-refuses-the-key",
        what="The provider refuses the key with 401.",
        where=("llm",),
        apply=lambda: _answering(401, "the key has been revoked"),
        scenario=JOURNEY,
        check=DRAFT,
        saw="the LLM provider .* did not serve SS: it answered 401",
    ),
    _fault(
        name="provider-hangs-up",
        what="The provider closes every connection without an answer.",
        where=("llm",),
        apply=_hangs_up,
        scenario=JOURNEY,
        check=DRAFT,
        saw="the LLM provider .* did not serve SS: ",
    ),
    _fault(
        name="provider-down",
        what="Nothing listens at the provider's address.",
        env={
            "SS_LLM_PROVIDER": "openai_compatible",
            "SS_LLM_API_KEY": "a-key-of-a-provider-that-is-down-0123456789",
            "SS_LLM_BASE_URL": "https://provider.invalid/v1",
        },
        scenario=JOURNEY,
        check=DRAFT,
        saw="the LLM provider provider.invalid did not serve SS: ",
    ),
    _fault(
        name="licence-expired",
        what="Stata says that its licence has expired, and ends.",
        where=("stata",),
        apply=_licence_expired,
        scenario=JOURNEY,
        check=SUCCEEDS,
        saw="Stata's licence does not let it run",
    ),
    _fault(
        name="stata-looks-elsewhere-for-packages",
        what="Stata is called by a wrapper that does not pass on where it is to look for packages.",
        where=("stata",),
        apply=_deaf_to_the_ado_path,
        scenario=PACKAGE,
        check="missing_package.an_undeclared_absence_is_recoverable",
        saw="does not look for packages where the variable S_ADO says",
        run=(),
    ),
    _fault(
        name="disk-full",
        what="The disk is full when the worker stores the results.",
        where=("worker",),
        apply=_disk_full,
        scenario=JOURNEY,
        check=SUCCEEDS,
        saw="the disk is full: ",
    ),
    _fault(
        name="port-taken",
        what="Somebody else takes the port of the API before it can, again and again.",
        settings={"api_command": "{python} -m rehearsal.faults.programs.port_taken --host {host} --port {port}"},
        scenario=STARTED,
        check="started.start_commands_are_known",
        saw="port",
    ),
    _fault(
        name="api-killed-from-outside",
        what="Somebody kills the API once in mid-run; started again, it runs on.",
        where=("api",),
        apply=_api_is_shot,
        scenario=ALIVE,
        check="started.nothing_dies_unasked",
        saw="api .* ended unasked, exit status -9: once, and not again",
    ),
    _fault(
        name="worker-killed-from-outside",
        what="Somebody kills the worker once in mid-run; started again, it runs on.",
        settings={"timeout_job": "20"},
        where=("worker",),
        apply=_worker_is_shot,
        scenario=ALIVE,
        check="started.nothing_dies_unasked",
        saw="worker .* ended unasked, exit status -9: once, and not again",
    ),
)
