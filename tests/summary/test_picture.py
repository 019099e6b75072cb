"""The picture of the estimates: a whole SVG that shows both numbers of each coefficient, and nothing of SS's as markup."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from checks.observations import main_journey

from ss_audit.report.summary.picture import estimates_picture, estimates_seen
from ss_audit.report.told.numbers import regression_of

from .bundles import HOSTILE


def test_it_shows_each_coefficient_as_printed_and_as_computed() -> None:
    journey = main_journey()
    regression = regression_of(journey)
    assert regression
    picture = estimates_seen([*journey.artifacts, journey.dataset])
    assert picture
    shown = " ".join(ET.fromstring(picture).itertext())
    for estimate in regression.estimates:
        assert estimate.name in shown
        assert estimate.printed_text in shown
        assert f"{estimate.computed:.10g}" in shown


def test_without_log_or_data_there_is_none() -> None:
    journey = main_journey()
    assert estimates_seen(journey.artifacts) is None
    assert estimates_seen([journey.dataset]) is None


def test_nothing_in_it_runs() -> None:
    regression = regression_of(main_journey())
    assert regression
    hostile = tuple(replace(e, name=HOSTILE[:20], printed_text=HOSTILE) for e in regression.estimates)
    root = ET.fromstring(estimates_picture(replace(regression, command=HOSTILE, estimates=hostile)))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "rect", "text", "tspan", "line", "circle"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name]
