"""A data set of the operator's own: what can't be audited is said at the start, and what is asked of the rest."""

import random
from pathlib import Path

import pytest

from ss_audit.settings import SettingsError, load
from ss_audit.ss.own_data import LARGEST, own_data, own_data_problems
from ss_audit.ss.questions import ask

GOOD = "unit,note,price,size\n1,a,3.5,10\n2,b,4.25,12\n3,c,,15\n"


def written(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.rstrip("\n"),
        GOOD.replace("note", '"what, and why"').replace("price", "Preis (€)"),
        GOOD.replace(",b,", ',"two\nlines\u2028and more",'),
        GOOD.replace("\n2", "\n\n2"),
    ],
)
def test_a_usual_file_is_taken_as_it_is(text: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    assert own_data_problems(file) == []
    assert own_data(file).csv.encode() == file.read_bytes()
    found = load({"dataset": str(file)}, {}, tmp_path)
    assert (found.settings.dataset, "dataset" in found.given) == (file, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "it is empty"),
        (GOOD.encode("utf-16"), "no UTF-8 text"),
        (GOOD.replace("note", "Größe").encode("latin-1"), "save it as UTF-8"),
        (GOOD + "4,\0,1,2\n", "no plain text"),
        (GOOD.replace("\n", "\r"), "end in an unusual way"),
        (GOOD.replace(",b,", ',"b,'), "it is no CSV"),
        (GOOD.replace(",", ";"), "not separated by commas"),
        (GOOD.replace(",", "\t"), "not separated by commas"),
        (GOOD.replace("note", ""), "column 2 has no name"),
        (GOOD.replace("note", "unit "), "more than one column is called unit"),
        (GOOD.replace(",b,", ",b,b,"), "row 2 below the header has 5 values, and there are 4 columns"),
        ("a,b\n1,2\n2,3\n", "2 rows below the header, and 3 are the fewest"),
        ("a,b\n1,x\n2,y\n3,z\n", "columns of numbers that vary: a; 2 are the fewest"),
        ("a,b\n1,2\n1,2\n1,2\n", "columns of numbers that vary: none"),
        ("a,b\n1,'1'\n2,\"1,5\"\n3,2\n", "columns of numbers that vary: a"),
        (b"a" * (LARGEST + 1), "more than 1 MiB"),
    ],
)
def test_what_cannot_be_audited_is_said(text: str | bytes, says: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SettingsError, match="dataset") as refused:
        load({"dataset": str(file)}, {}, tmp_path)
    assert any(says in problem for problem in refused.value.problems), refused.value.problems


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    for path, says in (
        (tmp_path, "a folder"),
        (tmp_path / "no.csv", "not there"),
        (written(tmp_path, GOOD, "data.txt"), ".csv"),
    ):
        assert any(says in problem for problem in own_data_problems(path))


def test_it_is_said_with_what_else_is_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"dataset": str(tmp_path / "no.csv"), "stack": "checkout", "seeds": "1"}, {}, tmp_path)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("a,b,c,d,e,f", "fecd"),
        ("a,b,c,d,E,e", "dcab"),
        ("a a,b,c,if,d,long", ["d", "c", "b"]),
        ("1a,b b,c€,d.d,e,f-f", ["f-f", "e", "c€", "d.d"]),
        ("a,b,a b,a_b,a-b,c", "cba"),
    ],
)
def test_the_last_columns_of_numbers_are_asked_about(header: str, asked: list[str] | str, tmp_path: Path) -> None:
    data = own_data(written(tmp_path, header + "\n1,1,1,1,1,1\n2,2,2,2,2,2\n2,2,2,2,2,2\n"))
    assert [data.outcome, data.treatment, *data.controls] == list(asked)


def test_columns_that_hold_no_numbers_or_one_are_not_asked_about(tmp_path: Path) -> None:
    data = own_data(written(tmp_path, "a,b,text,one,gaps\n1,2,x,1,\n2,3,4,1,\n3,4,5,1,\n"))
    assert (data.outcome, data.treatment, data.controls) == ("b", "a", ())


def test_the_question_names_them_as_a_person_would(tmp_path: Path) -> None:
    data = own_data(written(tmp_path, "Total sales,Größe (cm)\n1,2\n2,3\n3,4\n"))
    question = ask("describe", data, random.Random(1))
    assert question.text.startswith('Describe "Größe (cm)" and "Total sales": number of observations')
    assert question.variables == ("Größe (cm)", "Total sales")
