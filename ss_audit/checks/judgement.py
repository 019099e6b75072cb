"""What a check is: one pure judgement, evidence in, finding out.

A check is a function of observations, told apart by the types of its parameters. It returns a `Judgement`; the name, the
sentence of the spec that it serves and the rest are added by the `check` decorator. What a check can't see because an
earlier step of the same observation failed, it asks for with `need`, which ends it as `not_evidenced`.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn, TypeVar, get_type_hints

from pydantic import AfterValidator

from ss_audit.evidence.model import Evidence, Fact
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.plain_text import on_lines

Readable = Annotated[str, AfterValidator(on_lines)]
"""Text that may repeat what SS said, and that people read: nothing in it steers a terminal or breaks a file."""
Outcome = Literal["pass", "fail", "not_evidenced", "error"]
Strength = Literal["claimed", "observed", "witnessed", "proven"]
Blame = Literal["environment", "operator", "audit"]


class Judgement(Fact):
    """What a check function says: the outcome, what was expected, the value seen, and the evidence ids it rests on."""

    outcome: Outcome
    expected: Readable
    saw: Readable
    evidence: tuple[str, ...] = ()
    strength: Strength = "observed"
    advisory: str | None = None
    fix: str | None = None
    because: str | None = None
    blame: Blame | None = None


class Finding(Judgement):
    """A judgement with its check: which one, for which scenario, and the sentence of the spec that it serves.

    `rule` is what the check expects of any SS, in a sentence; `expected` is what that came to here. `because` is the id of
    the check whose failure kept this one from being judged; `blame` says whose an error is.
    """

    check: str
    scenario: str
    spec: str
    rule: str = ""
    impact: str = ""
    fix: str = ""

    @property
    def wanted(self) -> str:
        """What was expected, as a reader understands it: the rule, and what it came to here."""
        return in_full(self.rule, self.expected)

    @property
    def is_root(self) -> bool:
        """Whether it stands in the way by itself, not because of another finding."""
        return self.outcome != "pass" and self.because is None


def in_full(rule: str, value: str) -> str:
    """The rule with the value that it came to in parentheses, unless that only says the same in fewer words."""
    words = set(rule.lower().replace(",", " ").split())
    if not rule or set(value.lower().replace(",", " ").split()) <= words:
        return rule or value
    return f"{rule} (here: {value})"


class NotReached(Exception):
    """What a check needs was never there: an earlier step of the same observation failed.

    `because` is the id of the check that judges that step, when there is one.
    """

    def __init__(self, what: str, because: str | None = None, evidence: Iterable[str] = ()) -> None:
        super().__init__(what)
        self.because = because
        self.evidence = tuple(evidence)


class EnvironmentFailed(Exception):
    """What SS needs and does not answer for was not there: its provider, its licence, room on its disk."""

    def __init__(self, why: str, evidence: Iterable[str]) -> None:
        super().__init__(why)
        self.evidence = tuple(evidence)


@dataclass(frozen=True)
class Check:
    """A check function with its meaning. `takes` are the observations that it needs, in the order of its parameters."""

    id: str
    scenario: str
    spec: str
    expected: str
    impact: str
    fix: str
    takes: tuple[type[Observation], ...]
    function: Callable[..., Judgement]
    advisory: bool = False

    def judge(self, *observations: Observation) -> Finding:
        """The finding for these observations. A check that crashes is an error of the audit's, never a pass or a fail."""
        try:
            said = self.function(*observations)
        except NotReached as gap:
            said = Judgement(
                outcome="not_evidenced",
                expected=self.expected,
                saw=str(gap),
                because=gap.because,
                evidence=gap.evidence,
            )
        except EnvironmentFailed as failed:
            said = Judgement(
                outcome="error",
                expected=self.expected,
                saw=str(failed),
                blame="environment",
                evidence=failed.evidence,
            )
        except Exception as crash:
            said = Judgement(
                outcome="error",
                expected=self.expected,
                saw=f"the check itself broke: {type(crash).__name__}: {crash}",
                blame="audit",
            )
        return self.finding(said)

    def finding(self, said: Judgement) -> Finding:
        """A judgement as this check's finding."""
        data = said.model_dump(exclude={"fix"})
        fix = "" if said.outcome == "pass" else said.fix or self.fix
        return Finding(
            **data, fix=fix, check=self.id, scenario=self.scenario, spec=self.spec, impact=self.impact, rule=self.expected
        )

    def could_not_look(self, why: str, blame: Blame, evidence: str) -> Finding:
        """The finding when the observation itself could not be made; `evidence` is the id of the entry that says why."""
        said = Judgement(outcome="error", expected=self.expected, saw=why, blame=blame, evidence=(evidence,))
        return self.finding(said)


_registry: dict[str, Check] = {}
F = TypeVar("F", bound=Callable[..., Judgement])


def check(*, scenario: str, spec: str, expected: str, impact: str, fix: str, advisory: bool = False) -> Callable[[F], Check]:
    """Makes a function a check and registers it.

    `scenario` is the name of the Gherkin scenario that shows it, `spec` the sentence of the spec that it serves, letter
    for letter; `expected`, `impact` and `fix` are what a person reads when it fails. An `advisory` never moves the verdict.
    """

    def register(function: F) -> Check:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        hints = get_type_hints(function)
        takes = tuple(hints[p] for p in inspect.signature(function).parameters)
        made = Check(name, scenario, spec, expected, impact, fix, takes, function, advisory)
        if name in _registry:
            raise ValueError(f"two checks are called {name}")
        _registry[name] = made
        return made

    return register


def registry() -> dict[str, Check]:
    """All checks by id, in the order of their definition."""
    return dict(_registry)


def judged(good: bool, *, expected: str, saw: str, evidence: Iterable[Evidence | str], **more: Any) -> Judgement:
    """Pass or fail, with what was seen. An empty `evidence` is refused: a judgement that rests on nothing is none."""
    ids = tuple(dict.fromkeys(e if isinstance(e, str) else e.id for e in evidence))
    if not ids:
        raise ValueError("a judgement must rest on evidence")
    return Judgement(outcome="pass" if good else "fail", expected=expected, saw=saw, evidence=ids, **more)


def not_evidenced(*, expected: str, saw: str, evidence: Iterable[Evidence | str], **more: Any) -> Judgement:
    """Nothing shows that SS keeps the spec here; `saw` says what was looked at and what was missing."""
    ids = tuple(dict.fromkeys(e if isinstance(e, str) else e.id for e in evidence))
    return Judgement(outcome="not_evidenced", expected=expected, saw=saw, evidence=ids, **more)


T = TypeVar("T")


def need(value: T | None, what: str, because: str | None = None, evidence: Iterable[str] = ()) -> T:
    """The value, or the end of the check as `not_evidenced` when it was never there."""
    if value is None:
        raise NotReached(what, because, evidence)
    return value


def not_reached(what: str, because: str | None = None, evidence: Iterable[str] = ()) -> NoReturn:
    """Ends a check as `not_evidenced`."""
    raise NotReached(what, because, evidence)
