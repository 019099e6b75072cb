"""A job on its way: what was asked, how far it came, and all that was seen of it."""

from typing import Literal, get_args

from ss_audit.evidence.model import Exchange, Fact, FileSeen, LlmCall, LogWindow, StataProcess, StoredArtifact
from ss_audit.evidence.observation import Observation

Stage = Literal["redeem", "upload", "preview", "draft", "freeze", "run", "finish", "index", "download"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Question(Fact):
    """What a person asks, and the columns that it is about. `kind` is ours: "describe", "ols", "robust", "compare"."""

    kind: str
    goal: str
    text: str
    nonce: str
    outcome: str
    treatment: str | None = None
    controls: tuple[str, ...] = ()
    group: str | None = None
    unit: str | None = None
    time: str | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns that the question names."""
        named = (self.outcome, self.treatment, *self.controls, self.group)
        return tuple(name for name in named if name)


class Halt(Fact):
    """Where a journey ended before its goal, and why; `evidence` is the id of the entry that shows it."""

    stage: Stage
    why: str
    evidence: str


class Journey(Observation):
    """The `/v1` path of one job, as far as it came. A stage that was not reached is None or empty.

    `draft` holds every draft answer, the last one last (202 means "not yet"); `freezes` every attempt to freeze;
    `polls` the job's status from queued to its end; `asked_to` is the stage at which the experiment meant to stop.
    `llm_calls`: all that the relay saw while the job was walked, be the question in them or not.
    `put_off`: answers that only said when to come again, to a preview that was not there yet or to a question too many.
    `unwitnessed`: where none of our witnesses stood, so that `llm_calls` or `stata_runs` could not but be empty.
    """

    label: str
    question: Question
    dataset: FileSeen
    asked_to: Stage
    redeem: Exchange | None = None
    job_id: str | None = None
    created: Exchange | None = None
    upload: Exchange | None = None
    preview: Exchange | None = None
    drafts: tuple[Exchange, ...] = ()
    freezes: tuple[Exchange, ...] = ()
    plan_read: Exchange | None = None
    plan_read_later: Exchange | None = None
    run: Exchange | None = None
    polls: tuple[Exchange, ...] = ()
    index: Exchange | None = None
    downloads: tuple[Exchange, ...] = ()
    artifacts: tuple[StoredArtifact, ...] = ()
    put_off: tuple[Exchange, ...] = ()
    logs: tuple[LogWindow, ...] = ()
    llm_calls: tuple[LlmCall, ...] = ()
    stata_runs: tuple[StataProcess, ...] = ()
    unwitnessed: tuple[Literal["llm", "stata"], ...] = ()
    halt: Halt | None = None


class MainJourney(Journey):
    """The journey on SS's own library with the generated data set."""


class PublishedJourney(Journey):
    """The journey of a data set whose estimates stand in the literature. `published` maps a column to its coefficient."""

    source: str
    published: dict[str, float]


class OperatorsJourney(Journey):
    """The journey of a data set that the operator brought. Its question names columns of that data set."""
