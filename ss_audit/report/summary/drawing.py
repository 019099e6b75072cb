"""Where the lines and boxes of the page's drawings lie. Pure geometry; the templates draw it.

Bars and dots lie on a track as wide as the page lets it be, so they are in per cent of it; the chain has a size of its own.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from ss_audit.report.told.chain import ChainTold, LinkTold
from ss_audit.report.told.journey import JourneyTold, Span
from ss_audit.report.told.numbers import Estimate, Regression
from ss_audit.report.told.words import lasted

TICKS = 4
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Bar:
    """A bar on a track, in per cent of its width."""

    left: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True)
class Row:
    """One line of the timeline."""

    label: str
    bars: tuple[Bar, ...]
    text: str
    kind: str


@dataclass(frozen=True)
class Timeline:
    """All lines, and the ticks of the time axis as (per cent, label)."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]


def timeline(journey: JourneyTold) -> Timeline | None:
    """A line a stage, then one for all LLM calls and one for all Stata runs; None for a journey without any request."""
    step = _step(journey.seconds)
    if step is None:
        return None
    ticks = int(journey.seconds // step) + 1
    width = max(journey.seconds, 1e-6) * 1.02
    rows = []
    for stage in journey.stages:
        bars: tuple[Bar, ...] = (_bar(stage.span, width, stage.outcome, stage.title),) if stage.span else ()
        rows.append(Row(stage.title, bars, _times(stage.span), stage.outcome))
    for what, title in (("LLM", "Calls of the LLM"), ("Stata", "Stata at work")):
        lanes = [lane for lane in journey.beside if lane.what == what]
        if lanes:
            bars = tuple(_bar(lane.span, width, "beside", title) for lane in lanes)
            busy = sum(lane.span.end - lane.span.begin for lane in lanes)
            rows.append(Row(title, bars, f"{len(lanes)} ×, {lasted(busy)}", "beside"))
    return Timeline(tuple(rows), tuple((100 * n * step / width, lasted(n * step)) for n in range(ticks)))


def _bar(span: Span, width: float, kind: str, title: str) -> Bar:
    text = f"{title}: from {lasted(span.begin)} to {lasted(span.end)}"
    return Bar(round(100 * span.begin / width, 3), round(100 * (span.end - span.begin) / width, 3), kind, text)


def _times(span: Span | None) -> str:
    return lasted(span.end - span.begin) if span else ""


def _step(seconds: float) -> float | None:
    """A round distance between ticks, so that about `TICKS` stand on the axis."""
    if seconds <= 0:
        return None
    size = 1.0
    while size > seconds / TICKS:
        size /= 10
    while size * 10 <= seconds / TICKS:
        size *= 10
    return next(size * factor for factor in NICE if size * factor >= seconds / TICKS)


@dataclass(frozen=True)
class PlotRow:
    """One coefficient: where its dots and intervals lie (per cent), and zero where it is in sight."""

    name: str
    printed: str
    computed: str
    agrees: bool
    dot: float
    ring: float
    line: tuple[float, float] | None
    own_line: tuple[float, float]
    zero: float | None


def plot(regression: Regression) -> tuple[PlotRow, ...]:
    """A row a coefficient, each on a scale of its own: coefficients of one table differ by orders of magnitude."""
    return tuple(_plot_row(estimate) for estimate in regression.estimates)


def _plot_row(estimate: Estimate) -> PlotRow:
    seen = [estimate.printed, estimate.computed, *estimate.computed_interval, *(estimate.interval or ())]
    low, high = min(seen), max(seen)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    low, high = low - room, high + room
    if 0 < low < (high - low) / 2:
        low = -room / 4
    if 0 > high > -(high - low) / 2:
        high = room / 4

    def place(value: float) -> float:
        return float(round(100 * (value - low) / (high - low), 2))

    return PlotRow(
        name=estimate.name, printed=estimate.printed_text, computed=f"{estimate.computed:.10g}", agrees=estimate.agrees,
        dot=place(estimate.printed), ring=place(estimate.computed),
        line=(place(estimate.interval[0]), place(estimate.interval[1])) if estimate.interval else None,
        own_line=(place(estimate.computed_interval[0]), place(estimate.computed_interval[1])),
        zero=place(0.0) if low < 0 < high else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Box:
    """A link of the chain as a box with its text, and the arrow to it from the one before (None for the first)."""

    link: LinkTold
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    arrow: tuple[int, int, int, int] | None

    @property
    def head(self) -> str:
        """The corners of the arrow's head, for `points`; empty without an arrow."""
        if self.arrow is None:
            return ""
        x1, _, x, y = self.arrow
        corners = [(x, y), (x - 5, y - 9), (x + 5, y - 9)] if x1 == x else [(x, y), (x - 9, y - 5), (x - 9, y + 5)]
        return " ".join(f"{a},{b}" for a, b in corners)


@dataclass(frozen=True)
class Drawing:
    """Boxes in a drawing of this size."""

    width: int
    height: int
    boxes: tuple[Box, ...]


def chain_drawing(chain: ChainTold, *, upright: bool) -> Drawing:
    """The five links side by side, or one below the other for narrow pages."""
    box_width, box_height, gap = (310, 74, 26) if upright else (164, 96, 28)
    boxes = []
    for number, link in enumerate(chain.links):
        x = 0 if upright else number * (box_width + gap)
        y = number * (box_height + gap) if upright else 0
        arrow = None
        if number:
            middle = box_width // 2
            arrow = (middle, y - gap, middle, y) if upright else (x - gap, box_height // 2, x, box_height // 2)
        boxes.append(Box(link, x + 1, y + 1, box_width, box_height, _lines(link.saw, 44 if upright else 23), arrow))
    count = len(boxes)
    if upright:
        return Drawing(box_width + 2, count * box_height + (count - 1) * gap + 2, tuple(boxes))
    return Drawing(count * box_width + (count - 1) * gap + 2, box_height + 2, tuple(boxes))


def _lines(text: str, width: int) -> tuple[str, ...]:
    lines: Sequence[str] = textwrap.wrap(text, width)
    return tuple(lines[:3]) if len(lines) <= 3 else (*lines[:2], f"{lines[2][: width - 2]} …")
