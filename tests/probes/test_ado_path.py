from pathlib import Path

import pytest

from ss_audit.probes.ado_path import AdoFolder


def test_the_folder_comes_first_and_statas_own_path_follows(tmp_path: Path) -> None:
    folder = AdoFolder(tmp_path / "ado")
    assert folder.environment({}) == {"S_ADO": f"{folder.path.resolve()};BASE;SITE;.;PERSONAL;PLUS;OLDPLACE"}
    assert folder.environment({"S_ADO": ""}) == folder.environment({})
    assert folder.path.is_dir()


def test_an_inherited_path_is_kept_behind_it(tmp_path: Path) -> None:
    folder = AdoFolder(tmp_path / "ado")
    once = folder.environment({"S_ADO": "BASE;/opt/ado;", "HOME": "x"})
    assert once == {"S_ADO": f"{folder.path.resolve()};BASE;/opt/ado"}
    assert folder.environment(once) == once, "setting it twice adds nothing"


def test_a_path_that_s_ado_cannot_express_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can't name"):
        AdoFolder(tmp_path / "a;b").environment({})


def test_a_package_is_there_exactly_between_install_and_remove(tmp_path: Path) -> None:
    folder = AdoFolder(tmp_path / "ado")
    assert folder.installed() == ()
    files = folder.install("ss_audit_probe", "ss_audit_other")
    assert [file.name for file in files] == ["ss_audit_probe.ado", "ss_audit_other.ado"]
    assert folder.installed() == ("ss_audit_other", "ss_audit_probe")
    folder.remove("ss_audit_probe", "ss_audit_other")
    folder.remove("ss_audit_probe")
    assert list(folder.path.iterdir()) == []


def test_the_ado_file_defines_the_command_and_says_what_it_is(tmp_path: Path) -> None:
    (file,) = AdoFolder(tmp_path).install("ss_audit_probe")
    lines = [line.strip() for line in file.read_text("ascii").splitlines()]
    assert lines == [
        "*! ss-audit probe package ss_audit_probe",
        "program define ss_audit_probe",
        "version 11",
        'display "SS_AUDIT_PACKAGE ss_audit_probe"',
        "end",
    ]


@pytest.mark.parametrize("name", ["", "1abc", "a b", "a/b", "../a", "a" * 33, "é", "a\n"])
def test_what_stata_cannot_call_is_refused(tmp_path: Path, name: str) -> None:
    folder = AdoFolder(tmp_path)
    with pytest.raises(ValueError, match="not a Stata command name"):
        folder.install(name)
    with pytest.raises(ValueError, match="not a Stata command name"):
        folder.remove(name)
    assert folder.installed() == ()
