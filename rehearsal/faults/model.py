"""What a fault is: one defect of the reference SS, its Stata, its provider or their host, and who must notice it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Process = Literal["api", "worker", "stata", "llm"]
Severity = Literal["critical", "major", "minor"]


@dataclass(frozen=True)
class Change:
    """The rehearsal, differing from what it is in one thing.

    `what` is one plain sentence. `settings` are the audit's, `env` are variables of its environment; in both, `{python}`
    stands for the interpreter. `where` names the processes in which `apply` is called before they do anything: it patches
    modules of the rehearsal there, and imports them itself, since the other processes have no use for them. `edits` are made
    in a copy of the project, which is then run: a file, the text in it that goes, and what comes in its place; where that
    text is empty, the file goes.
    """

    name: str
    what: str
    settings: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    where: tuple[Process, ...] = ()
    apply: Callable[[], None] | None = None
    edits: tuple[tuple[str, str, str], ...] = ()

    def shown(self) -> dict[str, Any]:
        """Everything but the code, for JSON."""
        told = {name: value for name, value in vars(self).items() if name != "apply"}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in told.items()}


@dataclass(frozen=True, kw_only=True)
class Fault(Change):
    """A defect. It is killed when `check`, shown by the spec's or audit's `scenario`, is a root finding that names it.

    `saw` is a regular expression for the faulty value in what that check saw; `verdict` and `blame` are what the audit must
    come to, `seen` where such a thing was met in the wild, `severity` how bad it would be if it went unnoticed. `run` are
    scenarios to be run besides `scenario`; `"*"` stands for all.
    """

    group: str
    scenario: str
    check: str
    saw: str
    severity: Severity
    verdict: Literal["NOT READY", "INCONCLUSIVE"]
    blame: Literal["environment", "operator", "audit"] | None = None
    seen: str | None = None
    run: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Variant(Change):
    """A sound SS that is another than the reference SS: the audit must judge it as it judges the original."""
