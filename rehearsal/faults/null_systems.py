"""Systems that do nothing of what SS does. On none of them may a scenario of the spec pass that is about SS."""

from rehearsal.faults.model import Fault

GROUP = "null systems"
JOURNEY = "A person comes from a task code to downloaded results"
STARTED = "SS is started as in production, and it is known how"
INVENTORY = "Inventory includes versioned and unversioned surfaces"
WORKER = "{python} -m rehearsal.faults.programs.null_worker"


def _api(kind: str) -> dict[str, str]:
    return {
        "api_command": f"{{python}} -m rehearsal.faults.programs.null_api {kind} {{port}}",
        "worker_command": WORKER,
        "timeout_startup": "8",
    }


FAULTS = (
    Fault(
        name="nothing-listens",
        group=GROUP,
        what="The API process runs and never listens.",
        settings=_api("deaf"),
        scenario=STARTED,
        check="started.api_and_worker_are_two_processes",
        saw="waited [0-9]+ s in vain for an HTTP answer",
        severity="critical",
        verdict="INCONCLUSIVE",
        blame="environment",
        seen="libosdp-conformance: 28 tests listed as passed with no device connected",
        run=("*",),
    ),
    Fault(
        name="never-answers",
        group=GROUP,
        what="The API accepts connections and never answers.",
        settings=_api("mute"),
        scenario=STARTED,
        check="started.api_and_worker_are_two_processes",
        saw="waited [0-9]+ s in vain for an HTTP answer",
        severity="critical",
        verdict="INCONCLUSIVE",
        blame="environment",
        seen="a published suite of an agent framework: a refused connection was read as a refused attack",
        run=("*",),
    ),
    Fault(
        name="braces-for-everything",
        group=GROUP,
        what="The API answers every request with 200 and an empty JSON object.",
        settings=_api("braces"),
        scenario=JOURNEY,
        check="journey.redeem_opens_a_job",
        saw="200",
        severity="critical",
        verdict="NOT READY",
        seen="an implementation that observes nothing passed 5 of 16 tests of a published suite",
        run=("*",),
    ),
    Fault(
        name="page-for-everything",
        group=GROUP,
        what="A web page with 200 stands where the API should be.",
        settings=_api("page"),
        scenario=INVENTORY,
        check="inventory.a_path_that_cannot_exist_is_refused",
        saw="200",
        severity="critical",
        verdict="NOT READY",
        run=("*",),
    ),
    Fault(
        name="echo",
        group=GROUP,
        what="The API sends back whatever it was sent.",
        settings=_api("echo"),
        scenario=JOURNEY,
        check="journey.redeem_opens_a_job",
        saw="200",
        severity="critical",
        verdict="NOT READY",
        run=("*",),
    ),
    Fault(
        name="500-for-everything",
        group=GROUP,
        what="The API answers every request with 500.",
        settings=_api("broken"),
        scenario=JOURNEY,
        check="journey.redeem_opens_a_job",
        saw="500",
        severity="critical",
        verdict="NOT READY",
        run=("*",),
    ),
    Fault(
        name="404-for-everything",
        group=GROUP,
        what="The API knows no route at all.",
        settings=_api("absent"),
        scenario=INVENTORY,
        check="inventory.every_route_is_classified",
        saw="0 connected, ",
        severity="critical",
        verdict="NOT READY",
        run=("*",),
    ),
    Fault(
        name="worker-that-only-waits",
        group=GROUP,
        what="The worker says that it started, and takes no job.",
        settings={"worker_command": WORKER, "timeout_job": "5"},
        scenario=JOURNEY,
        check="journey.job_succeeds",
        saw="queued",
        severity="critical",
        verdict="NOT READY",
    ),
)
