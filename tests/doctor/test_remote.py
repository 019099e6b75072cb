"""What the doctor says before an audit of an SS that runs elsewhere."""

from pathlib import Path

import pytest

from ss_audit.cli import main
from ss_audit.doctor import parts, provider, remote
from ss_audit.doctor.look_remote import means
from ss_audit.doctor.model import Item, MeansSeen, RemoteSeen
from ss_audit.settings import read

SEEN = RemoteSeen(base_url="https://ss.example.org", status=200, codes=30, codes_needed=16)


def states(seen: RemoteSeen) -> dict[str, Item]:
    return {item.what: item for item in remote.of_remote(seen)}


@pytest.mark.parametrize(
    ("change", "what", "state", "says"),
    [
        ({}, "SS", "ok", "answers 200"),
        ({"status": None}, "SS", "note", "behind tunnel_command"),
        ({"problem": "nothing answers", "remedy": "look"}, "SS", "missing", "nothing answers"),
        ({"clock_ahead": 3600.0}, "SS's clock", "note", "3600 s ahead of"),
        ({"clock_ahead": -3600.0}, "SS's clock", "note", "3600 s behind"),
        ({}, "task codes", "ok", "30 unused"),
        ({"codes": 3}, "task codes", "missing", "3 unused, and a whole audit uses 16"),
        ({"codes_problem": "can't be read"}, "task codes", "missing", "can't be read"),
    ],
)
def test_an_ss_elsewhere(change: dict[str, object], what: str, state: str, says: str) -> None:
    item = states(SEEN.model_copy(update=change))[what]
    assert (item.state, says in item.detail) == (state, True), item.detail
    assert bool(item.remedy) == (state == "missing")


def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    assert "SS's clock" not in states(SEEN.model_copy(update={"clock_ahead": 2.0}))


def test_each_command_is_looked_for_and_none_is_run(tmp_path: Path) -> None:
    given = {
        "stack": "remote", "base_url": "https://ss.example.org", "task_codes": "x", "library_source": str(tmp_path),
        "restart_command": f"touch {tmp_path / 'ran'}", "start_commands": "no-such-program-of-anybody x",
        "ca_file": str(tmp_path / "none.pem"),
    }  # fmt: skip
    seen = means(read(given, {}, tmp_path).in_force.settings)
    assert seen == MeansSeen(
        programs=(("restart_command", "touch", True), ("start_commands", "no-such-program-of-anybody", False)),
        files=(("ca_file", f"{tmp_path / 'none.pem'} can't be read: No such file or directory"),),
    )
    assert not (tmp_path / "ran").exists()
    assert [(item.what, item.state) for item in remote.of_means(seen)] == [
        ("restart_command", "ok"), ("start_commands", "missing"), ("ca_file", "missing"),
    ]  # fmt: skip


def test_a_library_source_that_is_no_folder_is_a_command(tmp_path: Path) -> None:
    given = {"stack": "remote", "base_url": "https://x.example", "task_codes": "x", "library_source": "no-such-folder"}
    seen = means(read(given, {}, tmp_path).in_force.settings)
    assert seen.programs == (("library_source", "no-such-folder", False),)


def test_stand_ins_elsewhere_are_a_declaration() -> None:
    in_force = read(
        {"stack": "remote", "base_url": "https://x.example", "task_codes": "x"}, {}, Path("no-such-folder")
    ).in_force
    (llm,) = provider.of_provider(in_force, None)
    assert "-D stata=real" in parts.of_stata(in_force, None).remedy
    assert "-D llm=real" in llm.remedy


def test_all_that_is_missing_is_said_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("one\n")
    given = {"stack": "remote", "base_url": "http://127.0.0.1:1", "task_codes": codes, "restart_command": "no-such-program x"}
    assert main(["doctor", *(word for name, value in given.items() for word in ("-D", f"{name}={value}"))]) == 2
    out = capsys.readouterr().out
    for said in (
        "nothing answers at http://127.0.0.1:1",
        "1 unused",
        "no-such-program is not on the PATH",
        "set start_commands",
    ):
        assert said in out
    assert not codes.with_name("codes.txt.used").exists()
