"""verdict.json is written whatever became of the observations it tells of."""

from checks import observations

from ss_audit.account import Circumstances, account
from ss_audit.evidence.model import LogWindow
from ss_audit.evidence.seen import Journey, LibraryTrace
from ss_audit.verdict import decide

ABOUT = Circumstances(
    run_id="r", started_at="", ended_at="", profile="rehearsal", stack="reference", seed=1, base_url=None, revision=None,
    stand_ins=(), stata="rehearsal", llm="rehearsal",
)  # fmt: skip
DISK = LogWindow(id="E9", title="log", process="worker", lines=("OSError: [Errno 28] No space left on device",))


def test_a_library_whose_job_the_environment_ended_is_not_wired_and_no_crash() -> None:
    job = observations.halted("finish", kind=Journey).model_copy(update={"logs": (DISK,)})
    trace = LibraryTrace(library=observations.statement("library"), found=True, planted={}, journey=job)
    told = account(ABOUT, decide((), "rehearsal"), (), None, trace, {}, "00")
    library = told["inventory"]["template_library"]
    assert (library["class"], library["boundary"]) == ("not wired", "the chain was not followed to its end")
