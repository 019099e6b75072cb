"""What has to be said for an SS that runs elsewhere, and what can't be said."""

from pathlib import Path

import pytest

from ss_audit.settings import SettingsError, load

REMOTE = {"stack": "remote", "base_url": "https://ss.example.org", "task_codes": "codes.txt"}
SOURCE = {"library_source": "library"}


def refused(folder: Path, **given: str) -> str:
    with pytest.raises(SettingsError) as error:
        load(REMOTE | given, {}, folder)
    return str(error.value)


def test_an_address_and_codes_are_enough(tmp_path: Path) -> None:
    found = load(REMOTE, {}, tmp_path)
    assert (found.stack, found.stand_ins) == ("remote", ("rehearsal Stata", "rehearsal LLM"))


def test_in_production_nothing_stands_in_and_sss_own_variables_are_not_asked_for(tmp_path: Path) -> None:
    found = load(REMOTE | {"profile": "production"}, {}, tmp_path)
    assert (found.stata, found.llm, found.stand_ins) == ("real", "real", ())


@pytest.mark.parametrize("missing", ["base_url", "task_codes"])
def test_neither_can_be_left_out(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in REMOTE.items() if name != missing}
    with pytest.raises(SettingsError, match=f"stack=remote needs {missing}"):
        load(given, {}, tmp_path)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"base_url": "ss.example.org"}, "must begin with https://"),
        ({"base_url": "https://jo:word@ss.example.org"}, "host, port and path alone"),
        ({"base_url": "https://ss.example.org?key=1"}, "host, port and path alone"),
        ({"proxy": "proxy.example.org:3128"}, "proxy must be a URL"),
        ({"proxy": "socks5://proxy.example.org:1080"}, "for SOCKS use a tunnel_command"),
        ({"library_swap_command": "x {library}", "ss_root": "."}, "library_source or library_restore_command"),
        ({"restart_command": "sh -c 'x"}, "restart_command can't be split"),
        ({"restart_command": " "}, "restart_command is empty"),
        ({**SOURCE, "library_swap_command": "swap it"}, "library_swap_command needs {library} in it"),
        ({"library_swap_command": "put {library}"}, "library_swap_command needs library_source"),
        ({"package_remove_command": "rm it"}, "package_remove_command needs {package} in it"),
        ({"package_install_command": "put it"}, "package_install_command needs {package} or {ado_file} in it"),
        ({"timeout_command": "0"}, "timeout_command"),
        ({"restart_comand": "x"}, "did you mean restart_command"),
    ],
)
def test_what_makes_no_sense_is_said_by_name(given: dict[str, str], says: str, tmp_path: Path) -> None:
    assert says in refused(tmp_path, **given)


def test_a_proxys_password_is_shown_to_nobody(tmp_path: Path) -> None:
    found = load(REMOTE | {"proxy": "http://jo:hidden-word@proxy.example.org:3128"}, {}, tmp_path)
    assert "hidden-word" not in str(found.settings.model_dump(mode="json"))
    assert found.settings.model_dump(mode="json")["proxy"] == "http://***@proxy.example.org:3128"


def test_braces_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    load(REMOTE | {"start_commands": "kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{end}'"}, {}, tmp_path)
