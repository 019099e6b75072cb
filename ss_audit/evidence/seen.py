"""What each experiment saw. One class an experiment; the probes build them, the checks read them."""

from typing import Literal

from ss_audit.evidence.journeys import (
    STAGES,
    Halt,
    Journey,
    MainJourney,
    OperatorsJourney,
    PublishedJourney,
    Question,
    Stage,
)
from ss_audit.evidence.model import (
    Exchange,
    Fact,
    FileSeen,
    LogWindow,
    OperatorCommand,
    ProcessSeen,
    StataProcess,
    Statement,
    StoredArtifact,
)
from ss_audit.evidence.observation import Observation

__all__ = ["STAGES", "Halt", "Journey", "MainJourney", "OperatorsJourney", "PublishedJourney", "Question", "Stage"]


class ExecutedTemplate(Observation):
    """The main job, and the source of the template in its plan as it lies in SS's own library.

    `source` is None where the library or the template is not at hand; `looked` says where was looked.
    """

    journey: MainJourney
    looked: Statement
    source: FileSeen | None = None


class SpecPackSeen(Observation):
    """The spec pack on disk, and what a command in it may be made of."""

    spec: FileSeen | None
    cards: tuple[FileSeen, ...]
    commands: tuple[str, ...]
    settings: tuple[str, ...]
    looked: Statement


class StackSeen(Observation):
    """The stack as it was started: processes, commands, masked environment, revision, first log lines."""

    started: Statement
    processes: tuple[ProcessSeen, ...]
    logs: tuple[LogWindow, ...]


class StackWatched(Observation):
    """Processes of SS that came or went unasked during the audit, until its end; `strangers` were not there at its start."""

    deaths: tuple[ProcessSeen, ...]
    looks: tuple[ProcessSeen, ...]
    strangers: tuple[ProcessSeen, ...] = ()


class RouteRow(Fact):
    """One route: where it is defined, whether the OpenAPI document has it, whether the running API reaches it.

    `defined_at` is None when the source was not read or does not define it; `reachable` is None when that could not be found
    out without a call that might change something; `why` says what `reachable` and `surface` rest on.
    """

    method: str
    path: str
    defined_at: str | None
    in_openapi: bool
    reachable: bool | None
    surface: Literal["connected", "disconnected"]
    why: str
    evidence: tuple[str, ...]


class SurfacesSeen(Observation):
    """The routes: from the source, from the OpenAPI document, and from probing the running API."""

    source: Statement
    openapi: Exchange | None
    control: Exchange
    probes: tuple[Exchange, ...]
    table: Statement
    rows: tuple[RouteRow, ...]


class LibraryTrace(Observation):
    """A job on a copy of the template library with a canary in each template.

    `planted` maps a template id to what its canary displays ("computed") and how it stands in the do-file ("literal").
    Where the library can't be altered nothing is planted: `compared` is then the source of the template in the job's plan.
    """

    library: Statement
    found: bool
    planted: dict[str, dict[str, str]]
    journey: Journey | None
    compared: FileSeen | None = None


class AccessTrial(Fact):
    """A request for a job's resource with credentials that must not open it."""

    who: str
    resource: str
    exchange: Exchange


class AccessTrials(Observation):
    """Who may open a job: its own token (the control), and everybody who may not.

    `trials` are of what the right token was seen to open; `acted` are of what changes a job or costs something, and is
    therefore not tried with the right token first, but for the upload (`uploaded`).
    """

    redeem: Exchange
    other_redeem: Exchange | None
    controls: tuple[Exchange, ...]
    trials: tuple[AccessTrial, ...]
    again: Exchange | None
    acted: tuple[AccessTrial, ...] = ()
    uploaded: Exchange | None = None


class RemovedTemplate(Fact):
    """The same question on a library copy from which the chosen template was taken."""

    template_id: str
    removed: Statement
    journey: Journey


class TemplateChoices(Observation):
    """What SS chose for different questions, for the same one again, and without the chosen template."""

    choices: tuple[Journey, ...]
    same_again: Journey | None
    refrozen: Exchange | None
    without: RemovedTemplate | None
    library: Statement


class MappingLeftOut(Fact):
    """A column that was taken out of the draft, although the template of the control job requires it.

    `control` is a job with the same question whose plan is complete: there `parameter` is bound to `column`, alone, and the
    plan calls it required. `field` is the draft's name for the column, `taken` the answer to the patch that emptied it.
    """

    parameter: str
    column: str
    field: str
    control: Journey
    taken: Exchange


class MissingParameters(Observation):
    """A job run or frozen without answers that the draft asked for, and again with them.

    `refusal` is what SS said to the freeze, or to the run where the freeze was let through. `mapping` is None where SS has
    no column that it requires by itself, or no way to take it out of a draft.
    """

    journey: Journey
    left_out: tuple[str, ...]
    refusal: Exchange | None
    supplied: Statement | None
    accepted: Exchange | None
    plan_read: Exchange | None
    mapping: MappingLeftOut | None = None


class PackageTrial(Observation):
    """A job whose template needs a package that is absent, and its retry after the package was installed.

    Without a library that could be altered there is no journey; `planted` then says so. `retry_runs` are all runs of the
    Stata command for this job; None where no shim stood, and in what was recorded before they were kept. `ado_path_word` is
    what the template has Stata display, followed by 1 or 0, of whether it looks where the package is installed.
    """

    how: Literal["declared", "undeclared"]
    package: str
    planted: Statement
    journey: Journey | None = None
    status_after_failure: Exchange | None = None
    failed_index: Exchange | None = None
    failed_artifacts: tuple[StoredArtifact, ...] = ()
    installed: Statement | None = None
    retry: Exchange | None = None
    retry_polls: tuple[Exchange, ...] = ()
    retry_index: Exchange | None = None
    retry_artifacts: tuple[StoredArtifact, ...] = ()
    retry_logs: tuple[LogWindow, ...] = ()
    retry_runs: tuple[StataProcess, ...] | None = None
    ado_path_word: str | None = None


class DeclaredPackage(PackageTrial):
    """The template declares the package as a dependency."""


class UndeclaredPackage(PackageTrial):
    """The template calls a command of the package without declaring it; Stata itself stops at it."""


class RestartSign(Fact):
    """What shows, besides process ids, that a role started anew: a start-up line in its log, a start time that it tells."""

    role: Literal["api", "worker"]
    what: str
    evidence: str


class RestartTrial(Observation):
    """The main job before and after a restart of API and worker.

    `failure` is why the restart did not come about; `lacking` is why it was not tried, where there is no means for it.
    """

    journey: MainJourney
    processes_before: tuple[ProcessSeen, ...]
    processes_after: tuple[ProcessSeen, ...]
    status_before: Exchange | None
    status_after: Exchange | None
    index_before: Exchange | None
    index_after: Exchange | None
    artifacts_before: tuple[StoredArtifact, ...]
    artifacts_after: tuple[StoredArtifact, ...]
    downloads_after: tuple[Exchange, ...]
    failure: str | None = None
    signs: tuple[RestartSign, ...] = ()
    commanded: OperatorCommand | None = None
    lacking: Statement | None = None


class Provenance(Observation):
    """What stands in for Stata and the LLM by declaration, and what counts as the provider. Of an SS that ran already
    also what its provider counted, and what start_commands show."""

    declared: Statement
    profile: Literal["rehearsal", "production"]
    stata: Literal["real", "rehearsal"]
    llm: Literal["real", "rehearsal"]
    model: str
    echoes: tuple[str, ...]
    hosts: tuple[str, ...]
    usage: OperatorCommand | None = None
    started: tuple[ProcessSeen, ...] = ()


class Conclusions(Observation):
    """The conclusion for each key audit point."""

    points: Statement
    conclusions: dict[str, str]
