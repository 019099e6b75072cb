"""`ss-audit doctor` as an operator calls it: everything that is missing at once, and nothing started that stays."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from stata_log.synthetic import batch
from witness.provider import Provider, answer, provider

from ss_audit.cli import main
from ss_audit.doctor.look_machine import interpreter
from ss_audit.doctor.look_provider import asked, found
from ss_audit.doctor.look_stata import tried

ROOT = Path(__file__).parents[2]
KEY = "sk-test-of-doctor-0123456789"
MODEL = "claude-opus-4-5-20251101"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
# An address, so that no name is looked up; nobody connects to it without --call-provider.
FAR = "https://1.1.1.1/v1"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nothing is configured."""
    for name in [n for n in os.environ if n.startswith("SS_") or n.upper() in PROXIES]:
        monkeypatch.delenv(name)


@pytest.fixture
def upstream() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def ss(tmp_path: Path) -> Path:
    """What looks like a checkout of SS."""
    root = tmp_path / "ss"
    (root / "src").mkdir(parents=True)
    (root / "src" / "main.py").touch()
    shutil.copytree(ROOT / "rehearsal" / "reference_ss" / "library", root / "assets" / "stata_do_library")
    return root


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    path.chmod(0o755)
    return path


def stata(folder: Path) -> Path:
    """A program that leaves a log as Stata would."""
    log = folder / "genuine.log"
    log.write_text(batch('display "ss-audit doctor"\n', do_echo=". do doctor.do "), "utf-8")
    return script(folder / "stata-mp", f"cp {shlex.quote(str(log))} doctor.log")


def configure(monkeypatch: pytest.MonkeyPatch, command: object, base_url: str) -> None:
    monkeypatch.setenv("SS_STATA_CMD", shlex.quote(str(command)))
    monkeypatch.setenv("SS_LLM_PROVIDER", "openai_compatible")
    monkeypatch.setenv("SS_LLM_API_KEY", KEY)
    monkeypatch.setenv("SS_LLM_BASE_URL", base_url)


def doctor(*words: str) -> int:
    return main(["doctor", *words])


def production(root: Path, **more: str) -> list[str]:
    given = {"profile": "production", "stack": "checkout", "ss_root": str(root), "ss_python": sys.executable, **more}
    return [word for name, value in given.items() for word in ("-D", f"{name}={value}")]


def column(out: str, state: str) -> list[str]:
    return [line[9:].lstrip() for line in out.splitlines() if line.startswith(state)]


def test_a_rehearsal_has_all_that_it_needs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert doctor("-D", f"reports_dir={tmp_path / 'reports'}") == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith("All there.")
    for word in ("reference SS", "rehearsal engine stands in", "rehearsal LLM stands in", "spec.md and"):
        assert word in out
    assert not (tmp_path / "reports").exists(), "the doctor starts no run"


def test_without_licence_and_key_all_that_is_missing_is_said_at_once(
    capsys: pytest.CaptureFixture[str], ss: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SS_LLM_BASE_URL", FAR)
    assert doctor(*production(ss)) == 2
    out = capsys.readouterr().out
    assert [line.split("  ")[0] for line in column(out, "missing")] == ["Stata", "LLM", "LLM key", "LLM host list"]
    assert out.rstrip().endswith("Missing: 4 (Stata, LLM, LLM key, LLM host list)")
    for remedy in ("export SS_STATA_CMD=", "export SS_LLM_PROVIDER=", "export SS_LLM_API_KEY", "-D llm_hosts=1.1.1.1"):
        assert f"-> {remedy}" in out


def test_what_a_run_would_refuse_does_not_hide_the_rest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SS_LLM_BASE_URL", FAR)
    words = production(tmp_path / "nowhere", stak="reference", timeout_job="-1", ss_python="no-such-python")
    assert doctor(*words) == 2
    said = "\n".join(column(capsys.readouterr().out, "missing"))
    words = ["'stak'", "timeout_job", "is no folder", "no-such-python", "SS_STATA_CMD", "SS_LLM_API_KEY", "template library"]
    assert [word for word in words if word not in said] == []


def test_production_without_a_stack(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_LLM_BASE_URL", FAR)
    assert doctor("-D", "profile=production") == 2
    said = "\n".join(column(capsys.readouterr().out, "missing"))
    assert "no default stack" in said
    assert "SS_STATA_CMD" in said


def test_with_all_parts_in_place_all_is_there(
    capsys: pytest.CaptureFixture[str], ss: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, stata(tmp_path), FAR)
    before = sorted(ss.rglob("*"))
    assert doctor(*production(ss, llm_hosts="1.1.1.1")) == 0
    out = capsys.readouterr().out
    assert "Stata 18.0, edition SE" in out
    assert "4 templates" in out
    assert KEY not in out
    assert sorted(ss.rglob("*")) == before


def test_what_the_checkouts_env_file_says_counts_in_production(
    capsys: pytest.CaptureFixture[str], ss: Path, tmp_path: Path
) -> None:
    variables = {"SS_STATA_CMD": shlex.quote(str(stata(tmp_path))), "SS_LLM_PROVIDER": "openai", "SS_LLM_API_KEY": KEY}
    lines = [f"{name}={value}" for name, value in {**variables, "SS_LLM_BASE_URL": FAR}.items()]
    (ss / ".env").write_text("\n".join(lines), "utf-8")
    assert doctor(*production(ss, llm_hosts="1.1.1.1")) == 0
    assert KEY not in capsys.readouterr().out


def test_the_rehearsal_engine_is_no_stata_in_production(
    capsys: pytest.CaptureFixture[str], ss: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, root = shlex.quote(sys.executable), shlex.quote(str(ROOT))
    engine = script(tmp_path / "engine", f'PYTHONPATH={root} exec {python} -m rehearsal.stata "$@"')
    configure(monkeypatch, engine, FAR)
    assert doctor(*production(ss, llm_hosts="1.1.1.1")) == 2
    assert "announces itself as a rehearsal engine" in capsys.readouterr().out


def test_a_stata_that_never_ends_is_ended(tmp_path: Path) -> None:
    wrapper = script(tmp_path / "stata-mp", f"sleep 600 & echo $! > {shlex.quote(str(tmp_path / 'child'))}", "wait")
    seen = tried(str(wrapper), {}, 1.0)
    assert seen.problem is not None
    assert "did not end within 1 s" in seen.problem
    pid = int((tmp_path / "child").read_text())
    psutil.wait_procs([p for p in psutil.process_iter() if p.pid == pid], timeout=5)
    assert not [p for p in psutil.process_iter() if p.pid == pid and p.status() != psutil.STATUS_ZOMBIE]


def test_a_program_that_writes_nothing_is_no_stata() -> None:
    program = shutil.which("true")
    assert program is not None
    seen = tried(program, {}, 10.0)
    assert (seen.problem, seen.log, seen.exit_status) == (None, None, 0)


@pytest.mark.parametrize(("command", "why"), [("no-such-stata", "PATH"), ("/no/such/stata", "does not exist"), ("'", "split")])
def test_a_command_that_cannot_be_run(command: str, why: str) -> None:
    assert why in (tried(command, {}, 1.0).problem or "")


def test_an_interpreter_is_tried(tmp_path: Path) -> None:
    assert interpreter(sys.executable).problem is None
    naked = script(tmp_path / "python", "echo \"ModuleNotFoundError: No module named 'fastapi'\" >&2", "exit 1")
    assert "No module named 'fastapi'" in (interpreter(str(naked)).problem or "")
    assert interpreter(str(tmp_path / "none")).problem


def test_without_being_told_to_it_asks_the_provider_nothing(
    ss: Path, upstream: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, "true", upstream.url())
    assert doctor(*production(ss)) == 2
    assert upstream.received == []


def test_one_call_is_made_when_told_to_and_its_cost_is_said_before_and_after(
    capsys: pytest.CaptureFixture[str], ss: Path, upstream: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, "true", upstream.url())
    assert doctor("--call-provider", *production(ss)) == 2, "this machine is no provider, whatever it answers"
    out = capsys.readouterr().out
    (call,) = upstream.received
    body = json.loads(call.body)
    assert (call.path, body["model"], body["max_tokens"]) == ("/v1/chat/completions", MODEL, 16)
    assert call.header("Authorization") == f"Bearer {KEY}"
    before, after = out.index("at most 16 of answer"), out.index("it cost 3 tokens of question and 1 of answer")
    assert before < after
    assert KEY not in out


def test_without_a_key_no_call_is_made(ss: Path, upstream: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, "true", upstream.url())
    monkeypatch.delenv("SS_LLM_API_KEY")
    doctor("--call-provider", *production(ss))
    assert upstream.received == []


def test_a_provider_that_refuses_or_babbles_is_told_by_its_status(upstream: Provider) -> None:
    upstream.script = lambda handler: answer(handler, f'{{"error": "no such key {KEY}"}}'.encode(), 401)
    assert (asked(upstream.url(), KEY, MODEL, 5).status, KEY in str(asked(upstream.url(), KEY, MODEL, 5))) == (401, False)
    upstream.script = lambda handler: answer(handler, b'{"model": 5, "usage": ["x"]}')
    call = asked(upstream.url(), KEY, MODEL, 5)
    assert (call.status, call.model_echoed, call.prompt_tokens) == (200, None, None)
    upstream.script = lambda handler: handler.connection.close()
    assert asked(upstream.url(), KEY, MODEL, 5).failure


@pytest.mark.parametrize(
    ("url", "host", "locality", "encrypted"),
    [
        ("https://1.1.1.1/v1", "1.1.1.1", "global", True),
        ("http://10.0.0.7:8080/v1", "10.0.0.7", "private", False),
        ("https://localhost/v1", "localhost", "loopback", True),
        ("https://user:pass@1.1.1.1/v1", "1.1.1.1", "global", True),
    ],
)
def test_where_a_provider_lies(url: str, host: str, locality: str, encrypted: bool) -> None:
    seen = found(url)
    assert (seen.host, seen.locality, seen.encrypted) == (host, locality, encrypted)
    assert "pass" not in str(seen)


def test_what_is_no_address_is_said_to_be_none() -> None:
    assert found("api.example.org/v1").problem


def test_a_word_that_it_does_not_know_is_refused() -> None:
    with pytest.raises(SystemExit) as refusal:
        doctor("--call-provder")
    assert refusal.value.code == 2
