"""The do-template library chain: five links from the files to the run, and the one at which the trail ends."""

from collections.abc import Iterable
from typing import Literal

from ss_audit.checks.judgement import Judgement, check, judged, not_reached
from ss_audit.checks.reached import artifacts_named, at, do_files, frozen_plan
from ss_audit.checks.rendering import unlike_the_template
from ss_audit.evidence.model import Fact, StoredArtifact
from ss_audit.evidence.seen import Journey, LibraryTrace
from ss_audit.ss import plans
from ss_audit.stata_log.echo import echo_matches
from ss_audit.stata_log.grammar import read_log

SCENARIO = "Do-template library chain is classified as wired or not"
STATES = (
    "it states whether templates in `assets/stata_do_library/**` are loaded and executed by the production runner, "
    "and where the integration boundary is"
)
CHAIN = "do-template library chain (template assets + index + selection + rendering + runner execution)"


class Link(Fact):
    """One link of the chain: whether the trail passes it, what shows that, and the evidence ids."""

    name: Literal["assets", "index", "selection", "rendering", "runner"]
    holds: bool
    saw: str
    evidence: tuple[str, ...]


class Classification(Fact):
    """The chain as a whole. `boundary` is the last link that holds, in words."""

    wired: Literal["wired", "not wired", "absent"]
    boundary: str
    links: tuple[Link, ...]


def classify(trace: LibraryTrace) -> Classification:
    """What the trail of the canary shows. Raises `NotReached` when the job did not run to its end."""
    assets = Link(name="assets", holds=trace.found, saw=trace.library.title, evidence=(trace.library.id,))
    if not trace.found or trace.journey is None:
        return Classification(wired="absent", boundary="no template library was found", links=(assets,))
    journey = at(trace.journey, "finish")
    if not trace.planted:
        return _compared(trace, journey)
    plan, place = frozen_plan(journey)
    named = plans.template(plan)
    template = str(named.value) if named else ""
    executed, logs = do_files(journey), artifacts_named(journey, "stata.log")
    canary = trace.planted.get(template, {})
    rendered = [a for a in executed if canary.get("literal") and canary["literal"] in (a.body.text or "")]
    shown = [a for a in logs if canary.get("computed") and _displays(a, canary["computed"])]
    known, indexed = bool(trace.planted), trace.library.detail.get("templates", len(trace.planted))
    links = (
        assets,
        Link(name="index", holds=known, saw=f"{indexed} templates indexed", evidence=(trace.library.id,)),
        _link("selection", bool(canary), f"the plan names {template or 'no template'}", place.id),
        _link("rendering", bool(rendered), "canary in the executed do-file", *_ids(rendered or executed, journey)),
        _link("runner", bool(shown), "computed canary in the Stata log", *_ids(shown or logs, journey)),
    )
    return _classified(links)


def _compared(trace: LibraryTrace, journey: Journey) -> Classification:
    """Where nothing could be planted: the template's source against the do-file that ran, and that against Stata's log."""
    plan, place = frozen_plan(journey)
    named = plans.template(plan)
    template = str(named.value) if named else "no template"
    source = trace.compared
    at(journey, "download")
    executed, logs = do_files(journey), artifacts_named(journey, "stata.log")
    text = source.body.text or "" if source else ""
    rendered = [a for a in executed if source and not unlike_the_template(text, a.body.text or "")]
    echoed = [log for log in logs for a in rendered if _echoes(log, a)]
    at_hand = trace.library.id if source is None else source.id
    links = (
        Link(name="assets", holds=trace.found, saw=trace.library.title, evidence=(trace.library.id,)),
        Link(name="index", holds=source is not None, saw=f"{template} in the library that is at hand", evidence=(at_hand,)),
        _link("selection", source is not None, f"the plan names {template}, which is in the library", place.id),
        _link("rendering", bool(rendered), "the template in the do-file that ran, by command", *_ids(executed, journey)),
        _link("runner", bool(echoed), "that do-file, line by line, in the Stata log", *_ids(logs, journey)),
    )
    return _classified(links)


def _echoes(log: StoredArtifact, do_file: StoredArtifact) -> bool:
    match = echo_matches(read_log((log.body.text or "").encode()), do_file.body.text or "")
    return match.total > 0 and match.matched == match.total


def _classified(links: tuple[Link, ...]) -> Classification:
    """By the first link that does not hold."""
    broken = next((link for link in links if not link.holds), None)
    if broken is None:
        return Classification(wired="wired", boundary="none: the trail leads through all five links", links=links)
    return Classification(wired="not wired", boundary=f"the trail ends before {broken.name}", links=links)


def _link(name: Literal["selection", "rendering", "runner"], holds: bool, what: str, *evidence: str) -> Link:
    return Link(name=name, holds=holds, saw=what if holds else f"not seen: {what}", evidence=evidence)


def _ids(artifacts: Iterable[StoredArtifact], journey: Journey) -> tuple[str, ...]:
    """The artifacts, or where none of the kind is there, the index that lists none."""
    return tuple(a.id for a in artifacts) or ((journey.index.id,) if journey.index else ())


def _displays(log: StoredArtifact, computed: str) -> bool:
    """The computed form stands in an output line; the echo of the command holds only the literal form."""
    return any(computed in line and not line.startswith((". ", "> ")) for line in (log.body.text or "").splitlines())


def _known(trace: LibraryTrace) -> Classification:
    """The classification; ends the check when nobody knows where a library would be."""
    if not trace.found and not trace.library.detail.get("searched"):
        not_reached(str(trace.library.detail.get("why") or "where the library would be is not known"), None, [trace.library.id])
    return classify(trace)


@check(
    scenario=SCENARIO,
    spec=STATES,
    expected="it is stated whether the library's templates are executed, with evidence",
    impact="nobody knows whether the reviewed templates are the ones that run",
    fix="make a job run to its end on a copy of the library",
)
def chain_is_classified(trace: LibraryTrace) -> Judgement:
    """Wired or not wired: a statement with evidence is a pass, whichever way it goes."""
    found = _known(trace)
    evidence = [e for link in found.links for e in link.evidence]
    saw = f"{found.wired}; {'; '.join(f'{link.name}: {link.saw}' for link in found.links)}"
    proven = found.wired == "wired" and bool(trace.planted)
    strength: Literal["proven", "observed"] = "proven" if proven else "observed"
    return judged(True, expected="a classification with evidence", saw=saw, evidence=evidence, strength=strength)


@check(
    scenario=SCENARIO,
    spec=CHAIN,
    expected="the integration boundary is named: the link at which the trail ends, or that it does not end",
    impact="a break in the chain can't be found",
    fix="see the links of the trace for the first that does not hold",
)
def boundary_is_named(trace: LibraryTrace) -> Judgement:
    """The link is named, and what is on each side of it rests on evidence."""
    found = _known(trace)
    bare = [link.name for link in found.links if not link.evidence]
    evidence = [e for link in found.links for e in link.evidence]
    saw = f"{found.boundary}{f'; without evidence: {bare}' if bare else ''}"
    return judged(not bare, expected="a named boundary", saw=saw, evidence=evidence)
