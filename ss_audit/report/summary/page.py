"""The page: what the run tells, put into the templates. Every value is escaped there; none of ours is markup."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ss_audit.evidence.seen import MainJourney, RouteRow
from ss_audit.report.summary.drawing import chain_drawing, plot, timeline
from ss_audit.report.told.account import Account, account_of
from ss_audit.report.told.chain import ChainTold, chain_told, is_versioned, routes_of
from ss_audit.report.told.feature_lines import feature_lines
from ss_audit.report.told.journey import JourneyTold, journey_told
from ss_audit.report.told.numbers import Regression, regression_of
from ss_audit.report.told.observed import observed
from ss_audit.report.told.references import References
from ss_audit.report.told.scenarios import planned_in, same_reason
from ss_audit.report.told.visible import visible
from ss_audit.report.told.words import OUTCOME_WORDS, counted, lasted
from ss_audit.run_reading import RunRead

MARKS = {"pass": "✓", "fail": "✗", "not_evidenced": "○", "error": "!", "not_run": "–", "advisory": "i"}


def summary_page(run: RunRead, digest: str, references: References) -> str:
    """HTML. In: a run read back, finished or not; its digest or nothing; where its evidence lies from the page's folder."""
    account = account_of(run, digest)
    main = observed(run, MainJourney)
    journey = journey_told(main) if main else None
    regression = regression_of(main) if main else None
    chain, routes = chain_told(run), routes_of(run)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            account=account,
            same_reason=same_reason([s for rank in ("spec", "must", "advisory") for s in account.of_rank(rank)]),
            feature_lines=feature_lines(planned_in(run)),
            tone=_tone(account),
            counts=_counts(account),
            lasting=lasted((account.ended - account.started).total_seconds()) if account.ended and account.started else None,
            journey=journey,
            timeline=timeline(journey) if journey else None,
            regression=regression,
            plot=plot(regression) if regression else (),
            chain=chain,
            chain_wide=chain_drawing(chain, upright=False),
            chain_narrow=chain_drawing(chain, upright=True),
            routes=_grouped(routes),
            known={
                reference.id: reference for reference in references.of(_evidence(account, chain, routes, journey, regression))
            },
            references=references,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ss_audit.report.summary"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(marks=MARKS, words=OUTCOME_WORDS, counted=counted, lasted=lasted)
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _tone(account: Account) -> str:
    """How the verdict looks: good, bad, or open; a rehearsal that went as it must is no alarm."""
    if account.word == "READY":
        return "good"
    rehearsed = account.rehearsed is not None and account.rehearsed.get("as_expected")
    return "bad" if account.word == "NOT READY" and not rehearsed else "open"


def _counts(account: Account) -> tuple[tuple[str, int], ...]:
    """How many of the scenarios that count ended how, without those that none did."""
    outcomes = [scenario.outcome for scenario in account.of_rank("spec", "must")]
    return tuple((outcome, outcomes.count(outcome)) for outcome in OUTCOME_WORDS if outcome in outcomes)


def _grouped(routes: Iterable[RouteRow]) -> tuple[tuple[str, tuple[RouteRow, ...]], ...]:
    """The routes by API and by whether they are connected, each sorted; empty groups too: that there is none is a statement."""
    rows = sorted(routes, key=lambda row: (row.path, row.method))
    groups = []
    for title, versioned in (("Versioned API, /v1", True), ("Other routes, not versioned", False)):
        for surface in ("connected", "disconnected"):
            of_group = tuple(r for r in rows if is_versioned(r.path) == versioned and r.surface == surface)
            groups.append((f"{title}: {surface}", of_group))
    return tuple(groups) if rows else ()


def _evidence(
    account: Account,
    chain: ChainTold,
    routes: Iterable[RouteRow],
    journey: JourneyTold | None,
    regression: Regression | None,
) -> list[str]:
    """Every id that stands on the page, in the order of the log."""
    found = [e for scenario in account.scenarios for check in scenario.checks for e in check.evidence]
    found += [e for obstacle in (*account.blockers, *account.advisories) for e in obstacle.evidence]
    found += [e for link in chain.links for e in link.evidence]
    found += [e for row in routes for e in row.evidence]
    found += [e for stage in journey.stages for e in stage.evidence] if journey else []
    found += [lane.evidence for lane in journey.beside] if journey else []
    found += [regression.log, regression.data] if regression else []
    return sorted(set(found), key=lambda id_: (len(id_), id_))
