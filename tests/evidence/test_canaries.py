"""A canary secret in every place where a secret can appear: nowhere in the run's folder is it found afterwards.

Each place is tried twice: by an archive that knows the secret, and, to show that the secret really came there and that the
search would have found it, by one that does not.
"""
# ruff: noqa: E501 - a table reads best with one case a line

import base64
import gzip
import html
import io
import json
import shlex
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import allure_commons.model2 as allure
import pytest
from behave.model import Feature, Scenario
from hostile.server import Answer, HostileServer, once, stream

from ss_audit.checks.judgement import Finding
from ss_audit.evidence import har
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Exchange, FileSeen, LogWindow, ProcessSeen, StataProcess, Statement, now
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.secret_forms import forms_of
from ss_audit.evidence.secret_search import search
from ss_audit.report.masked_writing import MASK, MaskedAllureFiles, MaskedJUnit, MaskedStream
from ss_audit.ss.client import Access, SSClient
from ss_audit.stack.errors import StackError
from ss_audit.stack.local import LocalStack
from ss_audit.stack.logs import LogFile
from ss_audit.stack.operator_command import Operator
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.spec import StackSpec
from ss_audit.witness.llm_record import CallNotes, llm_call

CANARY = 'cAnary-7+q/"Zx"=9&mN'
RAW = CANARY.encode()
JOB = Access("job-1", "token-of-job-1")


class Scene:
    """One run's folder with an archive, a client in front of a server of any answer, and the ends of what was started."""

    def __init__(self, folder: Path, known: bool, ending: ExitStack) -> None:
        self.folder, self.ending = folder, ending
        self.redactor = Redactor()
        if known:
            self.redactor.learn(CANARY, "canary")
        self.mask = self.redactor.mask
        self.archive = Archive(folder / "bundle" / "data", self.redactor, 1 << 24)
        ending.callback(self.archive.close)

    def asks(self, path: str = "/v1/x", **request: Any) -> Exchange:
        return self.answered(once(b"{}"), path, **request)

    def answered(self, answer: Answer, path: str = "/v1/x", **request: Any) -> Exchange:
        with HostileServer({path.partition("?")[0]: answer}) as server:
            client = SSClient(server.url, self.archive, 10)
            exchange = client.send("something", "POST" if "body" in request or "files" in request else "GET", path, **request)
            client.close()
        return exchange

    def offered(self, content: bytes, name: str = "runs/x.bin", *headers: str) -> None:
        path = "/v1/jobs/job-1/artifacts/" + "/".join(quote(part, safe="") for part in name.split("/"))
        with HostileServer({path: once(content, *headers)}) as server:
            client = SSClient(server.url, self.archive, 10)
            client.download(JOB, {"rel_path": name})
            client.close()

    def logged(self, text: str) -> None:
        log = self.folder.parent / "api.log"
        log.write_text(text + "\n", "utf-8")
        self.archive.record(
            LogWindow(title="api log", process="api", lines=LogFile(log).since(LogFile(log).mark()._replace(offset=0)))
        )

    def written(self, name: str, content: bytes) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    @property
    def keeper(self) -> Keeper:
        keeper = Keeper()
        self.ending.callback(keeper.close)
        return keeper


def packed() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", f"<v>{CANARY}</v>" * 9)
    return whole.getvalue()


def pieces() -> Iterator[bytes]:
    text = b"." * (1 << 20) + RAW + b"." * (1 << 19)
    yield from (text[at : at + 4099] for at in range(0, len(text), 4099))


def in_a_traceback(scene: Scene) -> None:
    try:
        raise RuntimeError(f"could not log in with {CANARY}")
    except RuntimeError:
        scene.archive.record(Statement(title="could not look", detail={"traceback": traceback.format_exc()}))


def started_in_vain(scene: Scene) -> None:
    """Its command line, its last words, and the error's text."""
    says = ("{python}", "-c", "import sys; print(sys.argv[1]); sys.exit(3)", CANARY)
    spec = StackSpec(
        name="s", api_command=says, worker_command=says, python=sys.executable, cwd=scene.folder.parent / "cwd", env={}
    )
    stack = LocalStack(spec, scene.archive, scene.keeper, scene.folder.parent / "stack", mask=scene.mask)
    try:
        stack.start()
    except StackError as error:
        scene.archive.record(Statement(title="could not look", detail={"why": str(error)}))


def commanded(scene: Scene) -> None:
    Operator(scene.archive, scene.keeper, 20, scene.folder.parent / "out").run(
        "restart_command", f"printf %s {shlex.quote(CANARY)}"
    )


def called(scene: Scene) -> None:
    notes = CallNotes(
        "POST",
        f"/v1/chat/completions?key={quote(CANARY)}",
        request_type="application/json",
        response_type="application/json",
        status=200,
    )
    notes.request_body = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"prompt {CANARY}"}]}).encode()
    notes.response_body = bytearray(json.dumps({"choices": [{"message": {"content": f"answer {CANARY}"}}]}).encode())
    scene.archive.record(llm_call(notes, "https://llm.example", "llm.example", (), 1 << 18))


def filed(scene: Scene) -> None:
    exchange = scene.answered(once(RAW, "X-A: " + CANARY), headers={"X-B": CANARY})
    scene.written("bundle/data/har/x.har", har.archive("x", [exchange], scene.archive.folder))


def in_allure(scene: Scene) -> None:
    files = MaskedAllureFiles(str(scene.folder / "allure-results"), scene.mask)
    details = allure.StatusDetails(message=CANARY, trace=f"Traceback\n  {CANARY}")
    step = allure.TestStepResult(name=CANARY, statusDetails=details, parameters=[allure.Parameter("p", CANARY)])
    files.report_result(
        allure.TestResult(uuid="u", name="n", statusDetails=details, steps=[step], labels=[allure.Label("l", CANARY)])
    )
    files.report_container(
        allure.TestResultContainer(uuid="c", befores=[allure.TestBeforeResult(name="b", statusDetails=details)])
    )
    files.report_attached_data(f"attached {CANARY}", "a-attachment.txt")
    files.report_attached_data(RAW, "b-attachment.bin")


def in_junit(scene: Scene) -> None:
    config = SimpleNamespace(
        userdata={}, paths=[], base_dir=".", junit_directory=str(scene.folder / "junit"), show_skipped=True, **{MASK: scene.mask}
    )  # fmt: skip
    reporter = MaskedJUnit(config)
    testcase = ElementTree.Element("testcase", {"name": CANARY})
    ElementTree.SubElement(testcase, "system-out").text = f"captured {CANARY}"
    reporter._process_scenario = lambda _, report: _reported(reporter, report, testcase)  # type: ignore[method-assign]
    feature = Feature("x.feature", 1, "Feature", "f", scenarios=[Scenario("x.feature", 2, "Scenario", "s")])
    reporter.feature(feature)


def _reported(reporter: MaskedJUnit, report: Any, testcase: ElementTree.Element) -> None:
    report.testcases.append(testcase)
    reporter.mask(testcase)


def on_the_terminal(scene: Scene) -> None:
    terminal = io.StringIO()
    print("it failed:", CANARY, file=MaskedStream(terminal, scene.mask))
    scene.written("output-of-the-audit.txt", terminal.getvalue().encode())


FINDING = Finding(
    outcome="fail", expected=CANARY, saw=f"saw {CANARY}", check="c.c", scenario="s", spec="", impact=CANARY, fix=CANARY
)
PLACES: dict[str, Callable[[Scene], object]] = {
    "request: a bearer token": lambda s: s.asks(headers={"Authorization": f"Bearer {CANARY}"}),
    "request: basic authentication": lambda s: s.asks(headers={"X-Auth": "Basic " + base64.b64encode(b"me:" + RAW).decode()}),
    "request: a header": lambda s: s.asks(headers={"X-Key": CANARY}),
    "request: the path": lambda s: s.asks("/v1/" + quote(CANARY, safe="")),
    "request: the query": lambda s: s.asks(params={"q": CANARY}),
    "request: the JSON body": lambda s: s.asks(body={"deep": [{"er": CANARY}]}),
    "request: a key in the JSON body": lambda s: s.asks(body={CANARY: 1}),
    "request: an uploaded file": lambda s: s.asks(files={"file": ("x.csv", b"a,b\n1," + RAW, "text/csv")}),
    "request: an uploaded file's name": lambda s: s.asks(files={"file": (CANARY, b"a,b\n", "text/csv")}),
    "answer: a header": lambda s: s.answered(once(b"{}", "X-Debug: " + CANARY)),
    "answer: a redirect": lambda s: s.answered(once(b"", "Location: /x?next=" + quote(CANARY, safe=""), status="302 Found")),
    "answer: JSON": lambda s: s.answered(once(json.dumps({"a": CANARY}).encode(), "Content-Type: application/json")),
    "answer: JSON within JSON": lambda s: s.answered(once(json.dumps({"a": json.dumps({"b": CANARY})}).encode())),
    "answer: a page": lambda s: s.answered(once(f"<p>{html.escape(CANARY)}</p>".encode(), "Content-Type: text/html")),
    "answer: an error with a traceback": lambda s: s.answered(once(b"Traceback\nKeyError: " + RAW, status="500 Broken")),
    "answer: base64": lambda s: s.answered(once(base64.b64encode(b"x" + RAW + b"yz"))),
    "answer: hexadecimal": lambda s: s.answered(once(RAW.hex().upper().encode())),
    "answer: Latin-1": lambda s: s.answered(once("größe ".encode("latin-1") + RAW, "Content-Type: text/plain")),
    "answer: compressed": lambda s: s.answered(once(gzip.compress(RAW), "Content-Encoding: gzip")),
    "answer: large, across the pieces' borders": lambda s: s.answered(stream(pieces)),
    "answer: one that breaks off": lambda s: s.answered(once(RAW, length=9999)),
    "answer: no HTTP at all": lambda s: s.answered(lambda _: [b"HTTP/1.1 abc " + RAW + b"\r\n\r\n"]),
    "artifact: a text": lambda s: s.offered(b"display " + RAW, "runs/stata.log", "Content-Type: text/plain"),
    "artifact: bytes": lambda s: s.offered(b"\x89PNG\0\xff" + RAW),
    "artifact: UTF-16": lambda s: s.offered(b"\xff\xfe" + CANARY.encode("utf-16-le")),
    "artifact: a gzip file": lambda s: s.offered(gzip.compress(b"x" + RAW), "runs/x.csv.gz"),
    "artifact: a zip file": lambda s: s.offered(packed(), "runs/x.xlsx"),
    "artifact: its name": lambda s: s.offered(b"x", f"runs/of-{CANARY}.txt"),
    "log: a line": lambda s: s.logged(f"INFO logged in with {CANARY}"),
    "log: a JSON line": lambda s: s.logged(json.dumps({"event": "X", "message": f"with {CANARY}"})),
    "log: a traceback": lambda s: s.logged(f"Traceback (most recent call last):\nValueError: {CANARY!r}"),
    "process: its command line": lambda s: s.archive.record(ProcessSeen(title="api", role="api", phase="start", pid=1, command=("x", f"--key={CANARY}"))),
    "process: its environment": lambda s: s.archive.record(ProcessSeen(title="api", role="api", phase="start", pid=1, env={"SS_NOTE": f"see {quote(CANARY, safe='')}"})),
    "process: one that did not start": started_in_vain,
    "process: a command of the operator's, and what it said": commanded,
    "witness: a call of the model": called,
    "witness: a run of Stata": lambda s: s.archive.record(StataProcess(title="run", shim_pid=1, command=("stata", CANARY), cwd=f"/jobs/{CANARY}", started_at=now())),
    "audit: a file that was read": lambda s: s.archive.record(FileSeen(title="template", path="x.do", body=s.archive.body(RAW, "text/plain", keep_as="templates/x.do"))),
    "audit: the settings in force": lambda s: s.archive.event("settings", {"settings": {"api_command": f"run --key {CANARY}"}}),
    "audit: a title": lambda s: s.archive.record(Statement(title=f"with {CANARY}")),
    "audit: a traceback of its own": in_a_traceback,
    "audit: an observation": lambda s: s.archive.event("observation", {"kind": "X", "structure": {CANARY: [CANARY]}}),
    "audit: a finding": lambda s: s.archive.event("finding", FINDING.model_dump(mode="json")),
    "audit: an HTTP archive": filed,
    "behave: Allure's results and attachments": in_allure,
    "behave: JUnit, with captured output": in_junit,
    "behave: the terminal": on_the_terminal,
}  # fmt: skip


def found_after(tmp_path: Path, place: str, known: bool) -> list[str]:
    with ExitStack() as ending:
        scene = Scene(tmp_path / "run", known, ending)
        PLACES[place](scene)
    return [str(hit) for hit in search(tmp_path / "run", dict.fromkeys(forms_of(CANARY), "canary")).hits]


def test_there_are_enough_places() -> None:
    assert len(PLACES) >= 40


@pytest.mark.parametrize("place", PLACES)
def test_the_canary_is_found_nowhere(tmp_path: Path, place: str) -> None:
    assert found_after(tmp_path, place, known=True) == []


@pytest.mark.parametrize("place", PLACES)
def test_it_would_have_been_found(tmp_path: Path, place: str) -> None:
    assert found_after(tmp_path, place, known=False) != []
