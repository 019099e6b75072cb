"""The rules that need no process."""

import re
from pathlib import Path

import pytest

from rehearsal.reference_ss.journey.stata_names import stata_names
from rehearsal.reference_ss.settings import OWN_LIBRARY, parse_stata_command
from rehearsal.reference_ss.store.models import now
from rehearsal.reference_ss.store.queue import Queue
from rehearsal.reference_ss.templates import Template, TemplateLibrary
from rehearsal.reference_ss.worker.stata import StataRun, batch_command
from rehearsal.reference_ss.worker.stata_outcome import failure_of


@pytest.mark.parametrize(
    ("command", "flag"),
    [
        (["/opt/stata/stata-mp"], "-b"),
        (["/a/shim", "/b/StataMP-64.exe"], "/e"),
        ([r"C:\Stata\StataSE-64.exe"], "/e"),
        (["/stata/tool.exe"], "-b"),
    ],
)
def test_stata_is_called_in_batch_mode_of_its_platform(command: list[str], flag: str) -> None:
    assert batch_command(command, "stata.do") == (*command, flag, "do", "stata.do")


def test_a_command_that_is_a_path_with_blanks_is_one_argument(tmp_path: Path) -> None:
    program = tmp_path / "my stata"
    program.touch()
    assert parse_stata_command(str(program)) == (str(program),)
    assert parse_stata_command(f"/a/shim '{program}'") == ("/a/shim", str(program))


def _run(log: str, exit_code: int = 0) -> StataRun:
    return StataRun(("stata",), now(), 1, exit_code, False, 300, None, log.encode(), b"", b"")


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (". x\n\n. \nend of do-file\n", None),
        (". exit\n\nend of do-file\n", None),
        ("r(111);\n. \nend of do-file\n", None),
        (". use x\nfile x.dta not found\nr(601);\n\nend of do-file\nr(601);\n", "STATA_RETURN_CODE"),
        (".     exit 1\n--Break--\nr(1);\n. }\n--Break--\nr(1);\n\nend of do-file\n--Break--\nr(1);\n", "STATA_RETURN_CODE"),
        ("unrecognized command:  foo\nr(199);\n\nend of do-file\r\nr(199);\r\n", "STATA_COMMAND_UNRECOGNIZED"),
        ("", "STATA_LOG_MISSING"),
    ],
)
def test_the_end_of_the_log_decides(log: str, code: str | None) -> None:
    failure = failure_of(_run(log))
    assert (failure.error_code if failure else None) == code


def test_what_stata_said_is_kept() -> None:
    log = ". use x\nfile x.dta not found\nr(601);\n\nend of do-file\nr(601);\n"
    failure = failure_of(_run(log))
    assert failure is not None
    assert failure.details == {"return_code": 601, "stata_message": "file x.dta not found"}


def test_names_become_valid_and_stay_distinct() -> None:
    names = stata_names(["a b", "a_b", "1st", "if", "ok", "a-b", "x" * 40])
    assert names == ["a_b_2", "a_b", "_1st", "_if", "ok", "a_b_3", "x" * 32]


def test_a_claim_passes_on_when_its_lease_ends_and_the_first_holder_notices(tmp_path: Path) -> None:
    queue = Queue(tmp_path, lease_seconds=600)
    queue.prepare()
    queue.put("a")
    queue.put("b")
    first = queue.claim("one")
    second = queue.claim("two")
    assert first is not None
    assert second is not None
    assert (first.job_id, second.job_id, queue.claim("three")) == ("a", "b", None)
    queue.abandon(first)
    again = queue.claim("three")
    assert again is not None
    assert again.job_id == "a"
    assert (queue.renew(first, "one"), queue.is_held(again)) == (False, True)
    queue.release(first)
    assert queue.holds("a")
    queue.release(again)
    assert not queue.holds("a")


def test_a_retry_that_was_put_while_the_old_claim_stood_is_not_lost(tmp_path: Path) -> None:
    queue = Queue(tmp_path, lease_seconds=600)
    queue.prepare()
    queue.put("a")
    claim = queue.claim("one")
    assert claim is not None
    queue.put("a")
    queue.release(claim)
    assert queue.claim("one") is not None


@pytest.mark.parametrize("template", TemplateLibrary(OWN_LIBRARY).usable(), ids=lambda template: template.template_id)
def test_templates_keep_their_word(template: Template) -> None:
    source = template.source
    assert set(re.findall(r"__[A-Z_]+__", source)) == {parameter.name for parameter in template.meta.parameters}
    written = set(re.findall(r'(?:file open `\w+\'|log) using "([\w.]+)"', source))
    assert written == {output.file for output in template.meta.outputs}
    assert len(re.findall(r"^log using", source, re.MULTILINE)) == 1
    # Wider lines would be broken in the log's echo of the do-file.
    assert max(len(line) for line in source.splitlines()) < 78
