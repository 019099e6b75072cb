"""Audits of an SS on another host: by all of the operator's means, without some, and when something on the way breaks."""

import json
import os
import re
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_parts.provider import NEEDS_OPENSSL, make_certificates
from whole_audit.running import Ended, run, start

from ss_audit.lab.task_codes import CODES_OF_A_RUN
from ss_audit.stack.logs import LOST

from .deployment import Deployed, deployed, free_port

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]
AN_HOUR = 3600.0
RESTART = "Artifacts are contract-indexed and survive restart"
REDEEM = "Redeem returns a usable job token"
UP = "SS stays up while it is audited"
JOURNEY = "A person comes from a task code to downloaded results"
IN_TIME = 120.0


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A host whose clock is an hour ahead, and whose logs are rotated whenever SS is restarted."""
    with deployed(tmp_path_factory.mktemp("host") / "home", AN_HOUR) as running:
        yield running


@pytest.fixture(scope="module")
def whole(host: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    place = tmp_path_factory.mktemp("whole")
    return run(place, "ss-audit", "rehearse", settings=host.settings(place / "settings"))


def audit(host: Deployed, place: Path, *names: str, **changed: str | None) -> Ended:
    """Some scenarios, with all means but what is changed."""
    only = "|".join(f"^{re.escape(name)}$" for name in names)
    began = time.monotonic()
    ended = run(place, "behave", "-n", only, settings=host.settings(place / "settings", **changed))
    assert time.monotonic() - began < IN_TIME
    assert (ended.left_running, ended.left_lying) == ((), ())
    return ended


def saw(ended: Ended, check: str) -> tuple[str, str]:
    """Outcome of a check, and what it saw."""
    (found,) = [c for s in ended.verdict["scenarios"] for c in s["checks"] if c["id"] == check]
    return found["outcome"], found["saw"]


def test_with_all_means_every_scenario_is_evidenced_as_on_this_machine(whole: Ended) -> None:
    assert whole.code == 0, whole.said
    assert whole.verdict["rehearsal"] == {"as_expected": True, "deviations": []}
    assert (whole.verdict["stata"], whole.verdict["llm"]) == ("REHEARSAL", "REHEARSAL")
    assert whole.verdict["inventory"]["template_library"]["class"] == "wired"
    assert (whole.left_running, whole.left_lying) == ((), ())


def test_what_was_audited_is_told_by_its_address(whole: Ended) -> None:
    base_url = whole.verdict["ss"]["base_url"]
    assert f"stack remote, at {base_url}" in whole.said.splitlines()[0] + whole.said.splitlines()[1]


def test_a_clock_that_is_an_hour_off_is_noted_and_does_no_harm(whole: Ended) -> None:
    (answers,) = [e for e in whole.events if "SS answers at" in str(e["data"].get("title"))]
    assert abs(answers["data"]["detail"]["clock_ahead_seconds"] - AN_HOUR) < 60


def test_a_log_that_was_rotated_is_told_from_one_that_went_on(whole: Ended) -> None:
    lost = [e["data"]["title"] for e in whole.events if LOST in e["data"].get("lines", ())]
    assert any("after restart" in title for title in lost)
    assert not any("main journey" in title for title in lost)


def test_each_code_was_used_once_and_none_stands_in_the_evidence(whole: Ended) -> None:
    (codes,) = whole.folder.parents[1].rglob("codes.txt")
    used = codes.with_name("codes.txt.used").read_text().split()
    assert len(used) == len(set(used))
    assert 1 < len(used) <= CODES_OF_A_RUN
    log = (whole.folder / "bundle" / "data" / "events.jsonl").read_text("utf-8")
    assert not [code for code in codes.read_text().split() if code.startswith("tc-") and code in log]


def test_ss_was_left_as_it_was_found(whole: Ended, host: Deployed) -> None:
    assert whole.code == 0
    assert not list((host.home / "ado").iterdir())
    altered = [p for p in (host.home / "library").rglob("*") if p.is_file() and b"SS_AUDIT" in p.read_bytes()]
    assert altered == []
    titles = [e["data"].get("title") for e in whole.events]
    assert titles.count("SS was put back on its own library") >= 1


def test_the_tenant_goes_with_every_request(whole: Ended) -> None:
    exchanges = [e for e in whole.events if e.get("kind") == "http_exchange"]
    assert exchanges
    assert all(
        ["x-ss-tenant-id", "tenant-of-the-test"] in [[k.lower(), v] for k, v in e["data"]["request_headers"]] for e in exchanges
    )


def test_without_a_restart_command_the_doctor_says_so_and_it_is_not_evidenced(host: Deployed, tmp_path: Path) -> None:
    given = host.settings(tmp_path / "doctor", restart_command=None)
    before = run(tmp_path / "before", "ss-audit", "doctor", settings=given)
    assert before.code == 2
    assert f"“{RESTART}” can't be evidenced" in before.said
    assert "set restart_command" in before.said
    after = audit(host, tmp_path / "after", RESTART, restart_command=None)
    assert after.outcomes[RESTART] == "not_evidenced"
    told = saw(after, "artifacts.api_and_worker_really_restarted")
    assert told == ("not_evidenced", "SS runs already, and the audit has no means to restart it: give restart_command")


def test_a_restart_that_nothing_shows_is_not_evidenced(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, RESTART, restart_command="true", timeout_startup="3")
    outcome, told = saw(ended, "artifacts.api_and_worker_really_restarted")
    assert (outcome, "nothing shows that api and worker started anew" in told) == ("not_evidenced", True), told


def test_a_restart_is_shown_by_the_logs_alone(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, RESTART, start_commands=None)
    assert ended.outcomes[RESTART] == "pass", ended.said
    told = saw(ended, "artifacts.api_and_worker_really_restarted")[1]
    assert "api: its log says" in told
    assert "worker: its log says" in told


def test_a_restart_command_that_hangs_is_ended_and_is_nobodys_fail(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, RESTART, restart_command="sh -c 'sleep 600 & wait'", timeout_command="3")
    assert (ended.code, ended.verdict["verdict"], ended.verdict["blame"]) == (2, "INCONCLUSIVE", "environment")
    outcome, told = saw(ended, "artifacts.api_and_worker_really_restarted")
    assert (outcome, "did not end within 3 s" in told) == ("error", True), told


def test_a_tunnel_that_drops_is_opened_again_and_is_no_death_of_ss(host: Deployed, tmp_path: Path) -> None:
    settings = host.settings(tmp_path / "settings")
    running = start(tmp_path, "behave", "-n", f"^{JOURNEY}$|^{UP}$", settings=settings)
    tunnel = running.wait_for_event(lambda e: e.get("kind") == "process" and e["data"]["role"] == "tunnel")
    running.wait_for_event(lambda e: "upload inputs" in str(e["data"].get("title")))
    os.kill(tunnel["data"]["pid"], signal.SIGKILL)
    ended = running.end(IN_TIME)
    assert ended.outcomes[JOURNEY] == "pass", ended.said
    outcome, told = saw(ended, "started.nothing_dies_unasked")
    assert (outcome, "no process of SS's" in told) == ("error", True), told
    assert (ended.verdict["verdict"], ended.verdict["blame"]) == ("INCONCLUSIVE", "environment")


def test_a_host_that_goes_away_for_good_is_the_environments(host: Deployed, tmp_path: Path) -> None:
    once = tmp_path / "once"
    listen = free_port()
    tunnel = shlex.join(["sh", "-c", f"test -e {once} && exit 7; touch {once}; exec {host.tunnel(listen)}"])
    settings = host.settings(
        tmp_path / "settings", base_url=f"http://127.0.0.1:{listen}", tunnel_command=tunnel, timeout_startup="5"
    )
    running = start(tmp_path / "run", "behave", settings=settings)
    opened = running.wait_for_event(lambda e: e.get("kind") == "process" and e["data"]["role"] == "tunnel")
    running.wait_for_event(lambda e: "upload inputs" in str(e["data"].get("title")))
    os.kill(opened["data"]["pid"], signal.SIGKILL)
    ended = running.end(IN_TIME)
    assert (ended.code, ended.verdict["verdict"], ended.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), ended.said
    assert "fail" not in ended.outcomes.values()
    assert "the tunnel ended by itself, exit status 7" in ended.said


@NEEDS_OPENSSL
def test_a_self_signed_certificate_is_refused_with_words_unless_vouched_for(host: Deployed, tmp_path: Path) -> None:
    made = make_certificates(tmp_path, "ss.example.org")
    listen = free_port()
    tunnel = host.tunnel(listen, "--certificate", made.self_signed, "--key", made.key)
    changed = {"base_url": f"https://127.0.0.1:{listen}", "tunnel_command": tunnel}
    refused = audit(host, tmp_path / "refused", REDEEM, **changed)
    assert (refused.code, refused.verdict["verdict"], refused.verdict["blame"]) == (2, "INCONCLUSIVE", "operator")
    assert "is not trusted: self-signed certificate" in refused.said
    assert "ca_file=" in refused.said
    vouched = audit(host, tmp_path / "vouched", REDEEM, **changed, ca_file=str(made.self_signed))
    assert vouched.outcomes[REDEEM] == "pass", vouched.said


def test_what_hides_that_it_stands_in_is_refuted_there_too(host: Deployed, tmp_path: Path) -> None:
    stata, llm = "Real Stata runner is evidenced", "Real LLM provider is evidenced with the forced model"
    ended = audit(host, tmp_path, stata, llm, stata="real", llm="real")
    assert (ended.outcomes[stata], ended.verdict["stata"]) == ("fail", "REFUTED")
    assert (ended.outcomes[llm], ended.verdict["llm"]) == ("pass", "CONSISTENT")
    assert json.dumps(ended.verdict).count("no witness of ours stood before the provider") > 0


def test_an_audit_that_is_killed_leaves_ss_on_its_own_library(host: Deployed, tmp_path: Path) -> None:
    settings = host.settings(tmp_path / "settings")
    running = start(tmp_path, "behave", "-n", "^Do-template library chain", settings=settings)
    running.wait_for_event(lambda e: str(e["data"].get("title")).startswith("SS was put on library-canary"))
    library = host.home / "library"
    assert any(b"SS_AUDIT_CANARY" in p.read_bytes() for p in library.rglob("*.do"))
    running.process.kill()
    running.process.wait()
    running.until_put_back()
    assert not any(b"SS_AUDIT_CANARY" in p.read_bytes() for p in library.rglob("*.do")), "the altered library is still there"
    host.do(*shlex.split("restart"))
    host.do("wait")
