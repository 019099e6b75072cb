"""Whether what SS answers can be taken without harm: whole, from SS itself, under names that stay where they are put."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from ss_audit.checks.judgement import Judgement, check, judged, need
from ss_audit.checks.reached import at
from ss_audit.evidence.model import Evidence, Exchange
from ss_audit.evidence.plain_text import UNSEEN
from ss_audit.evidence.safe_names import DEVICE
from ss_audit.evidence.seen import MainJourney
from ss_audit.ss import facts

HARMLESS = "What SS answers can be taken without harm"
PLAIN = "SS's answers are plain"
INDEX = (
    "the response provides an index of artifacts that can be downloaded, and the downloaded files match the declared contract"
)
LEADING = ("location", "refresh", "content-location")
MOST_HEADERS, LONGEST_HEADER, LONGEST_PART = 100, 8192, 255
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OUT_OF_PLACE = (
    ("leads out of its folder", re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)")),
    ("is absolute", re.compile(r"^(?:[/\\~]|[A-Za-z]:|\w+://)")),
    ("has a backslash, which some systems take for a folder", re.compile(r"\\")),
    ("has a control character", UNSEEN),
    (f"has a part of more than {LONGEST_PART} bytes", re.compile(rf"[^/]{{{LONGEST_PART + 1},}}")),
)


def _harmless(journey: MainJourney, bad: Iterable[tuple[Evidence, str]], expected: str, good: str) -> Judgement:
    """A fail with what is bad; a pass only for a journey that came to its downloads: silence is none."""
    told = list(bad)
    if told:
        shown = "; ".join(dict.fromkeys(words for _, words in told[:8])) + ("; …" if len(told) > 8 else "")
        return judged(False, expected=expected, saw=shown, evidence=[entry for entry, _ in told])
    at(journey, "download")
    index = need(journey.index, "no index was read")
    return judged(True, expected=expected, saw=good, evidence=[index, *journey.downloads[:4]])


def _exchanges(journey: MainJourney) -> list[Exchange]:
    return [entry for entry in journey.evidence() if isinstance(entry, Exchange)]


@check(
    scenario=HARMLESS,
    spec=INDEX,
    expected="every answer comes whole: of the announced length and encoding, in time, of a size that can be kept",
    impact="people get parts of their results, or wait for ever for them",
    fix="announce the length and encoding that is sent, and keep answers to a size that can be handled",
)
def every_answer_is_whole(journey: MainJourney) -> Judgement:
    """No answer broke off, was encoded otherwise than announced, went past `evidence_limit`, or kept us waiting too long."""
    bad = [
        (e, f"{e.title}: {e.failure}" if e.failure else f"{e.title}: cut off after {e.response_body.size} bytes")
        for e in _exchanges(journey)
        if e.failure or e.response_body.cut
    ]
    return _harmless(journey, bad, "whole answers", f"{len(_exchanges(journey))} answers, all whole")


@check(
    scenario=HARMLESS,
    spec=INDEX,
    expected="no answer sends the caller to another host",
    impact="people's tokens and data can be drawn to somebody else's host",
    fix="answer requests where they are asked, or send on to a path of the same host",
)
def no_answer_leads_elsewhere(journey: MainJourney) -> Judgement:
    """Headers that lead on (Location, Refresh) name no other host. None of them was followed."""
    bad = [
        (e, f"{e.title}: {name} leads to {elsewhere}")
        for e in _exchanges(journey)
        for name, value in e.response_headers
        if name.lower() in LEADING and (elsewhere := _other_host(e.url, value))
    ]
    return _harmless(journey, bad, "answers that stay with SS", "no answer leads to another host")


def _other_host(asked: str, value: str) -> str | None:
    """The host that a header's value leads to, when it is not the one that was asked."""
    refresh = re.fullmatch(r"\s*\d+\s*[;,]\s*(?i:url)\s*=\s*['\"]?(.*?)['\"]?\s*", value)
    target = (refresh.group(1) if refresh else value).strip().replace("\\", "/")
    try:
        here, there = urlsplit(asked).hostname, urlsplit(urljoin(asked, target)).hostname
    except ValueError:
        return repr(target[:80])
    return None if there == here else (there or target)[:80]


@check(
    scenario=HARMLESS,
    spec=INDEX,
    expected="the names in the index stay below the folder into which somebody downloads",
    impact="whoever downloads a job's results has files written somewhere else on their machine",
    fix="list artifacts under relative paths of plain names",
)
def names_lead_nowhere_else(journey: MainJourney) -> Judgement:
    """No `..`, absolute path, backslash, control character or overlong part in the path of a listed artifact."""
    bad = [
        (journey.index, f"{path[:80]!r} {what}")
        for path in _listed(journey)
        for what, shape in OUT_OF_PLACE
        if journey.index is not None and shape.search(path)
    ]
    return _harmless(journey, bad, "relative paths of plain names", f"{len(_listed(journey))} names, all of them relative")


def _listed(journey: MainJourney) -> list[str]:
    rows = facts.indexed_artifacts(facts.answered(journey.index))
    return [facts.artifact_path(row) or "" for row in rows]


@check(
    scenario=PLAIN,
    spec="",
    expected="the names in the index can be told apart, and stored, on every system",
    impact="on some people's machines one result takes the place of another, or can't be stored",
    fix="choose names that differ in more than case, and none that a system keeps for itself",
    advisory=True,
)
def names_fit_every_system(journey: MainJourney) -> Judgement:
    """No two names that differ in case only, and none of a Windows device or with a dot or blank at its end."""
    paths = _listed(journey)
    cases = Counter(path.lower() for path in dict.fromkeys(paths))
    bad = [f"{path[:80]!r} differs from another in case only" for path in paths if cases[path.lower()] > 1]
    bad += [
        f"{path[:80]!r} has a part that some systems can't store"
        for path in paths
        if any(DEVICE.match(part) or part.endswith((".", " ")) for part in path.split("/") if part not in ("", ".", ".."))
    ]
    told = [(journey.index, words) for words in bad if journey.index is not None]
    return _harmless(journey, told, "names for every system", f"{len(paths)} names, fit for every system")


@check(
    scenario=PLAIN,
    spec="",
    expected=f"no answer has more than {MOST_HEADERS} headers, or one of more than {LONGEST_HEADER} characters",
    impact="proxies and clients refuse such answers",
    fix="send the headers that are needed",
    advisory=True,
)
def heads_are_of_a_usual_size(journey: MainJourney) -> Judgement:
    """What common servers and clients take."""
    bad = [
        (e, f"{e.title}: {len(e.response_headers)} headers, the longest of {longest} characters")
        for e in _exchanges(journey)
        if (longest := max((len(name) + len(value) for name, value in e.response_headers), default=0)) > LONGEST_HEADER
        or len(e.response_headers) > MOST_HEADERS
    ]
    return _harmless(journey, bad, "heads of a usual size", f"{len(_exchanges(journey))} answers, with heads of a usual size")


@check(
    scenario=PLAIN,
    spec="",
    expected="no text in a header or a JSON answer holds characters that steer a terminal or turn a line round",
    impact="who looks at such a text in a terminal or a log sees something else than what is there",
    fix="leave control characters out of what is answered",
    advisory=True,
)
def texts_hold_no_control_characters(journey: MainJourney) -> Judgement:
    """Headers, values and keys of every answer; tabs and line ends are none of them. Artifacts may hold what they like."""
    downloads = {e.id for e in journey.downloads}
    answers = [(e, facts.answered(e)) for e in _exchanges(journey) if e.id not in downloads]
    bad = [
        (e, f"{e.title}: {found!r}")
        for e, value in answers
        for text in (*facts.strings(value), *(key for _, key, _ in facts.walk(value)), *(v for _, v in e.response_headers))
        for found in CONTROL.findall(text)[:1]
    ]
    return _harmless(journey, bad, "texts without control characters", f"{len(answers)} answers without control characters")
