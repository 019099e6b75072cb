"""The summary page of runs that went well, badly, half or not at all: it says what was, and nothing of SS's is markup."""

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from checks.observations import halted, journey, main_journey
from checks.test_inventory_and_library import JOB, WITH_CANARY, route, seen, trace

from ss_audit.evidence.seen import LibraryTrace, MainJourney, PublishedJourney
from ss_audit.plan import read_plan
from ss_audit.report.views import VIEWS, write_views
from ss_audit.run_reading import read_run

from .bundles import HOSTILE, ROOT, bundle

STATA = "Real Stata runner is evidenced"
SELECTION = "Template selection is not hard-coded"
FREEZE = "Plan freeze includes template choice, bindings, dependencies, and artifact contract"
PLANNED = read_plan(ROOT / "features").scenarios
COUNTING = sum(scenario.must for scenario in PLANNED)
DIGEST = "sha256:" + "ab" * 32
BLOCKED: Mapping[str, Any] = {
    SELECTION: ("fail", "different templates", "always R01"),
    FREEZE: ("fail", "a contract", HOSTILE),
    STATA: ("not_evidenced", "a real Stata", "no process was seen"),
}


class Page(HTMLParser):
    """What stands in a page: its elements with attributes, its text without style."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._inside: list[str] = []
        self._words: list[str] = []
        self.feed(markup)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self._words.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def page_of(bundle_folder: Path, digest: str = DIGEST) -> Page:
    lines = write_views(bundle_folder, bundle_folder.parent, digest)
    assert {f"{name} written" for name in VIEWS} <= set(lines), lines
    return Page((bundle_folder.parent / "summary.html").read_text("utf-8"))


def broken_chain() -> LibraryTrace:
    """A job whose do-file does not come from the library."""
    return trace(JOB)


def test_a_run_with_blockers_says_each_with_what_was_seen(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, main_journey(), said=BLOCKED))
    assert "NOT READY" in page.text
    assert f"SS was seen to break the spec in 2 of {COUNTING} scenarios: “{FREEZE}”, “{SELECTION}”" in page.text
    blockers = page.text.partition("What stands in the way of READY")[2].partition("The scenarios of the spec")[0]
    assert blockers.index("always R01") < blockers.index("no process was seen"), "what broke the spec comes first"
    assert DIGEST in page.text


def test_nothing_that_came_from_ss_is_markup(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, main_journey(), said=BLOCKED, not_run=(), partial=HOSTILE, blame="operator"))
    names = {tag for tag, _ in page.elements}
    assert not names & {"script", "img", "iframe", "object", "embed", "base", "form"}
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    assert "<script>document.title='owned'</script>" in page.text, "it is shown as text"
    assert "{{ 7 * 7 }}" in page.text
    assert not {"\u202e", "\x1b"} & set(page.text), "what turns or steers is shown as what it is"
    assert "\\u202e" in page.text
    links = page.attributes("href")
    assert [link for link in links if not link.startswith(("#", "bundle/"))] == []
    assert page.attributes("src") == []


def test_every_id_leads_to_its_entry_and_every_entry_to_its_file(tmp_path: Path) -> None:
    folder = bundle(tmp_path, main_journey(), trace(), seen(route("/v1/jobs"), route("/health")), said=BLOCKED)
    page = page_of(folder)
    anchors = page.attributes("id")
    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in page.attributes("href") if link.startswith("#")} <= set(anchors)
    known = read_run(folder).entries
    shown = [anchor for anchor in anchors if anchor in known]
    assert len(shown) >= 20
    for file in {link.partition("#")[0] for link in page.attributes("href") if not link.startswith("#")}:
        assert (tmp_path / file).is_file()


def test_a_ready_run_has_nothing_in_its_way(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, main_journey()))
    assert f"All {COUNTING} scenarios that count were shown to hold" in page.text
    assert "What stands in the way of READY Nothing." in page.text


def test_an_unfinished_run_has_no_verdict_and_says_how_far_it_came(tmp_path: Path) -> None:
    rest = (SELECTION, "Missing parameters yield structured errors")
    page = page_of(bundle(tmp_path, main_journey(), said=BLOCKED, not_run=rest, finished=False), digest="")
    assert "NO VERDICT" in page.text
    assert f"never came to its end: {len(PLANNED) - 2} of {len(PLANNED)} planned scenarios were judged" in page.text
    assert "No digest of the bundle was handed" in page.text
    assert "no process was seen" in page.text


def test_what_could_not_be_looked_at_is_told_once_with_its_blame(tmp_path: Path) -> None:
    why = "waited 60 s in vain for SS"
    page = page_of(bundle(tmp_path, said=dict.fromkeys((STATA, SELECTION, FREEZE), ("error", "to see", why))))
    assert "INCONCLUSIVE" in page.text
    assert "3 scenarios could not be judged (waited 60 s in vain for SS)" in page.text
    assert "blame: environment" in page.text
    blockers = page.text.partition("What stands in the way of READY")[2].partition("The scenarios of the spec")[0]
    assert blockers.count(why) == 1
    assert "2 further checks for the same reason" in blockers
    assert "bind the parameters" not in blockers, "nothing is known about SS, so nothing of it is to be fixed"


@pytest.mark.parametrize(
    ("job", "says"),
    [(main_journey(), "Redeem the task code"), (halted("redeem"), "ended here"), (halted("freeze", HOSTILE), "ended here")],
    ids=["whole", "ended at once", "ended at the freeze"],
)
def test_the_journey_is_told_as_far_as_it_came(tmp_path: Path, job: MainJourney, says: str) -> None:
    page = page_of(bundle(tmp_path, job))
    assert says in page.text
    assert ("not reached" in page.text) == (job.halt is not None)


def test_a_run_that_saw_nothing_says_so_everywhere(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, not_run=(STATA,), partial="it was interrupted", blame="operator"))
    for words in ("No job was taken through", "routes were not looked at", "not followed", "no table of coefficients"):
        assert words in page.text


def test_the_chain_shows_the_link_at_which_it_breaks(tmp_path: Path) -> None:
    whole, broken = (
        page_of(bundle(tmp_path / "whole", trace(WITH_CANARY))),
        page_of(bundle(tmp_path / "broken", broken_chain())),
    )
    drawn = [a for tag, a in broken.elements if tag == "rect" and "link" in a["class"].split()]
    states = [a["class"].split()[1] for a in drawn][:5]
    assert states == ["holds", "holds", "holds", "broken", "unknown"]
    assert "the trail ends before rendering" in broken.text
    assert {a["class"] for tag, a in whole.elements if tag == "rect" and "link" in a["class"].split()} == {"link holds"}


def test_the_coefficients_are_drawn_as_printed_and_as_recomputed(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, main_journey()))
    labels = [a["aria-label"] for tag, a in page.elements if tag == "svg" and "recomputed" in a.get("aria-label", "")]
    assert len(labels) == 3
    assert all(label.endswith("agree") for label in labels)


def test_an_observation_of_another_version_is_as_good_as_none(tmp_path: Path) -> None:
    folder = bundle(tmp_path, main_journey(), trace())
    log = folder / "data" / "events.jsonl"
    log.write_text(log.read_text("utf-8").replace('"planted":', '"planted_then":'), "utf-8")
    page = page_of(folder)
    assert "not followed" in page.text
    assert "Redeem the task code" in page.text


def test_a_page_that_cannot_be_made_stops_no_other(tmp_path: Path) -> None:
    folder = bundle(tmp_path, main_journey())
    (tmp_path / "summary.html").mkdir()
    lines = write_views(folder, tmp_path, DIGEST)
    assert any(line.startswith("summary.html could not be made") for line in lines)
    assert "run-log.md written" in lines
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_where_there_is_no_bundle_a_line_says_so(tmp_path: Path) -> None:
    (line,) = write_views(tmp_path / "bundle", tmp_path, DIGEST)
    assert line.startswith("no report could be made")


def test_a_published_journey_is_not_mistaken_for_the_main_one(tmp_path: Path) -> None:
    page = page_of(bundle(tmp_path, journey(PublishedJourney, source="a book", published={"x": 1.0})))
    assert "No job was taken through" in page.text
