"""JUnit's files, completed once everything is judged, so that a pipeline that reads nothing else sees nothing greener.

behave writes them feature by feature and knows only its own steps. A scenario that it selected and never executed has the
status `untested` and counts as skipped there; here it is an error.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ss_audit.verdict import ScenarioResult

RUN_FILE = "TESTS-run.xml"
NO_END = "the run did not come to its end: it was killed, or is still under way"
ELEMENTS = {"fail": "failure", "not_evidenced": "failure", "error": "error", "not_run": "error"}


class JUnitCase(NamedTuple):
    """One test case: its file, the scenario's name, and whether it is red, skipped or (neither) green."""

    file: str
    name: str
    red: bool
    skipped: bool


def cases(folder: Path) -> Iterator[JUnitCase]:
    """The test cases in the files that behave wrote. Raises ValueError, which names the file, when one can't be read."""
    for file, suite in _suites(folder):
        for case in suite.iter("testcase"):
            red = case.find("failure") is not None or case.find("error") is not None
            yield JUnitCase(file.name, case.get("name", ""), red, case.find("skipped") is not None)


def complete_junit(folder: Path, results: Iterable[ScenarioResult], mask: Callable[[str], str]) -> None:
    """Makes red what behave shows green and was not judged to pass. A file that can't be read is left as it is."""
    outcomes = {result.name: result for result in results}
    try:
        suites = list(_suites(folder))
    except ValueError:
        return
    for file, suite in suites:
        changed = [_completed(suite, case, outcomes.get(case.get("name", ""))) for case in suite.iter("testcase")]
        if any(changed):
            _write(file, suite, mask)


def describe_junit(folder: Path, errors: Sequence[str], mask: Callable[[str], str]) -> None:
    """What is wrong with the run itself, as test cases that are errors; no file when nothing is."""
    if not errors:
        (folder / RUN_FILE).unlink(missing_ok=True)
        return
    name = "the run itself"
    suite = ElementTree.Element("testsuite", {"name": name, "tests": str(len(errors)), "errors": str(len(errors))})
    suite.attrib.update({"failures": "0", "skipped": "0"})
    for number, error in enumerate(errors, 1):
        case = ElementTree.SubElement(suite, "testcase", {"classname": name, "name": f"{name}, {number}", "status": "error"})
        ElementTree.SubElement(case, "error", {"type": "INCONCLUSIVE", "message": _printable(error)})
    _write(folder / RUN_FILE, suite, mask)


def _suites(folder: Path) -> Iterator[tuple[Path, ElementTree.Element]]:
    for file in sorted(folder.glob("*.xml")):
        if file.name == RUN_FILE:
            continue
        try:
            yield file, ElementTree.parse(file).getroot()
        except (ElementTree.ParseError, OSError) as error:
            raise ValueError(f"{file.name} can't be read: {error}") from None


def _completed(suite: ElementTree.Element, case: ElementTree.Element, result: ScenarioResult | None) -> bool:
    """Out: whether the case was changed."""
    red = case.find("failure") is not None or case.find("error") is not None
    skipped = case.find("skipped")
    filtered = case.get("status") == "skipped" and result is not None and result.outcome == "not_run"
    if result is None or red or filtered or result.outcome not in ELEMENTS:
        return False
    kind = ELEMENTS[result.outcome]
    word = f"[{result.outcome.replace('_', ' ')}]"
    case.insert(0, ElementTree.Element(kind, {"type": result.outcome, "message": _printable(f"{word} {result.reason}")}))
    case.set("status", {"failure": "failed", "error": "error"}[kind])
    _count(suite, f"{kind}s", 1)
    if skipped is not None:
        case.remove(skipped)
        _count(suite, "skipped", -1)
    return True


def _count(suite: ElementTree.Element, name: str, more: int) -> None:
    suite.set(name, str(max(0, int(suite.get(name) or 0) + more)))


def _write(file: Path, suite: ElementTree.Element, mask: Callable[[str], str]) -> None:
    unfinished = file.with_name(f".{file.name}.part")
    unfinished.write_text(mask(ElementTree.tostring(suite, encoding="unicode")), "utf-8")
    unfinished.replace(file)


def _printable(text: str) -> str:
    """XML has no place for most control characters, nor for half a surrogate pair."""
    return "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff" else " " for c in text)
