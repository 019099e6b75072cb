"""The estimates beside those recomputed, as a picture of its own: for places where no page is around it."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from ss_audit.evidence.model import Evidence, FileSeen, StoredArtifact
from ss_audit.report.summary.drawing import plot
from ss_audit.report.told.numbers import Regression, regression_in
from ss_audit.report.told.visible import visible

TITLE = "picture: coefficients as Stata printed them, beside those that the audit computed"


def estimates_seen(entries: Sequence[Evidence]) -> str | None:
    """SVG. In: what a step rests on. Out: None where there is no Stata log with the data that its estimates are of."""
    logs = [e for e in entries if isinstance(e, StoredArtifact) and e.rel_path.rpartition("/")[2] == "stata.log"]
    data = next((e for e in entries if isinstance(e, FileSeen) and e.path.endswith(".csv")), None)
    regression = regression_in(logs, data) if logs and data is not None else None
    return estimates_picture(regression) if regression else None


def estimates_picture(regression: Regression) -> str:
    """SVG, without scripts; every text of SS's in it is escaped."""
    environment = Environment(
        loader=PackageLoader("ss_audit.report.summary"), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("estimates.svg.j2").render(regression=regression, rows=plot(regression))


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value
