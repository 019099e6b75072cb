"""Which names the engine runs, which it admits to lacking, and which do not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Runner

GAP = "(rehearsal engine: {} is Stata's own and is not implemented here; this gap is the engine's)"


@pytest.mark.parametrize("name", ["xtreg", "logit", "putdocx", "twoway", "bootstrap", "margins", "esize", "merge", "collapse"])
def test_a_command_of_stata_that_is_lacking_is_called_a_gap(stata: Runner, name: str) -> None:
    log = stata(f"{name} y x\n")
    assert log == (
        f". {name} y x\ncommand {name} is unrecognized\n{GAP.format('command ' + name)}\nr(199);\n\nend of do-file\nr(199);\n"
    )


@pytest.mark.parametrize("name", ["esttab", "outreg2", "reghdfe", "winsor2", "nosuchcommand", "summarizex"])
def test_a_name_that_stata_does_not_have_is_unrecognized_and_no_gap(stata: Runner, name: str) -> None:
    assert stata(f"{name} y\n") == f". {name} y\ncommand {name} is unrecognized\nr(199);\n\nend of do-file\nr(199);\n"


def test_an_option_that_is_lacking_is_a_gap_and_an_unknown_one_an_error(stata: Runner) -> None:
    start = "set obs 9\ngenerate x = _n\ngenerate y = mod(_n, 4)\n"
    assert GAP.format("option beta") + "\nr(199);\n" in stata(start + "regress y x, beta\n")
    assert GAP.format("option vce(bootstrap)") in stata(start + "regress y x, vce(bootstrap)\n")
    log = stata(start + "regress y x, nosuchoption\n")
    assert "option nosuchoption not allowed\nr(198);\n" in log
    assert "rehearsal engine:" not in log


def test_functions_likewise(stata: Runner) -> None:
    assert GAP.format("function rnormal()") in stata("display rnormal()\n")
    assert stata("display nosuch(1)\n").startswith(". display nosuch(1)\nunknown function nosuch()\nr(133);\n")


def test_the_line_that_names_a_gap_is_never_wrapped(stata: Runner) -> None:
    assert GAP.format("command putexcel") + "\n" in stata("putexcel set x\n")


@pytest.mark.parametrize(
    ("short", "long"), [("su", "summarize"), ("d", "describe"), ("di 1", "display 1"), ("gen z = 1", "generate z = 1")]
)
def test_abbreviations_run_what_they_abbreviate(stata: Runner, short: str, long: str) -> None:
    outputs: list[str] = []
    for command in (short, long):
        outputs.append(stata(f"set obs 1\ngen y = 1\n{command}\n").partition(f". {command}\n")[2])
    assert outputs[0] == outputs[1]


def _package(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"*! version 1.0 {name}", f"program define {name}, rclass", f'    display "{name} runs with `0\'"']
    (folder / f"{name}.ado").write_text("\n".join([*lines, "    return scalar ok = 1", "end", ""]), encoding="utf-8")


@pytest.mark.parametrize("where", ["ado", "ado/o"])
def test_a_package_on_the_ado_path_is_installed(
    stata: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    monkeypatch.setenv("S_ADO", f"BASE;SITE;{tmp_path}/ado;PERSONAL;PLUS;OLDPLACE")
    missing = stata("capture which ourpkg\ndisplay _rc\nourpkg a\n")
    assert "display _rc\n111\n" in missing
    assert "command ourpkg is unrecognized\nr(199);" in missing
    _package(tmp_path / where, "ourpkg")
    log = stata("which ourpkg\nourpkg a b\ndisplay r(ok)\n")
    assert f"{tmp_path}/{where}/ourpkg.ado\n*! version 1.0 ourpkg\n" in log.replace("\n> ", "")
    assert ". ourpkg a b\nourpkg runs with a b\n" in log
    assert ". display r(ok)\n1\n" in log


def test_the_current_folder_is_on_the_path_only_when_the_path_says_so(
    stata: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _package(tmp_path, "ourpkg")
    assert "ourpkg runs" in stata("ourpkg x\n"), "it is on the default path"
    monkeypatch.setenv("S_ADO", "BASE;PLUS")
    assert "command ourpkg is unrecognized" in stata("ourpkg x\n")
    monkeypatch.setenv("S_ADO", "BASE;.;PLUS")
    assert "ourpkg runs with x" in stata("ourpkg x\n")


def test_which_knows_commands_that_need_no_file(stata: Runner) -> None:
    assert stata("capture which summarize\ndisplay _rc\ncapture which xtreg\ndisplay _rc\n").count("\n0\n") == 2
