"""Number formats and storage types."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.stata.numfmt import format_value
from rehearsal.stata.values import MISSING, missing_code, store

from .conftest import Runner


@pytest.mark.parametrize(
    ("value", "fmt", "shown"),
    [
        (1 / 3, "%9.0g", " .3333333"),
        (-0.3499998, "%9.0g", "-.3499998"),
        (5.816666, "%9.0g", " 5.816666"),
        (104201.57, "%9.0g", " 104201.6"),
        (12345678.9, "%9.0g", " 1.23e+07"),
        (0.00001234, "%9.0g", " .0000123"),
        (0.0000012345, "%9.0g", " 1.23e-06"),
        (186321280.2, "%11.0g", "  186321280"),
        (93160639.94, "%11.0g", " 93160639.9"),
        (1e9, "%10.0g", " 1.000e+09"),
        (99999999.0, "%10.0g", "  99999999"),
        (2514.029, "%9.5g", "     2514"),
        (0.5, "%9.2f", "     0.50"),
        (1234567.0, "%12.0fc", "   1,234,567"),
        (6165.2567, "%9.0gc", "6,165.257"),
        (MISSING, "%9.3f", "        ."),
        (missing_code("b"), "%9.0g", "       .b"),
        (12.0, "%-8.0g", "12      "),
        (12.0, "%05.0f", "00012"),
        (0.00123, "%10.2e", "  1.23e-03"),
    ],
)
def test_formats(value: float, fmt: str, shown: str) -> None:
    assert format_value(value, fmt) == shown


def test_storage_rounds_and_overflows_as_the_types_do() -> None:
    assert store(0.1, "float") == 0.10000000149011612
    assert store(101.0, "byte") == MISSING
    assert store(7.9, "byte") == 7.0
    assert store(32740.0, "int") == 32740.0
    assert store(missing_code("c"), "byte") == missing_code("c")


def test_import_gives_each_column_the_type_that_it_needs(stata: Runner) -> None:
    Path("d.csv").write_text(
        "Small,middle,large,real,long real,word,gone\n1,1000,100000,1.25,0.123456789,ab,\n-5,,2000000,.1,12.5,abcd,\n",
        encoding="utf-8",
    )
    log = stata("import delimited d.csv, case(preserve)\ndescribe\ndisplay real[2] == .1\ndisplay middle[2]\n")
    types = dict(line.split()[:2] for line in log.splitlines() if " %" in line and not line.startswith("."))
    assert types == {
        "Small": "byte", "middle": "int", "large": "long", "real": "float", "longreal": "double", "word": "str4",
        "gone": "byte",
    }  # fmt: skip
    assert "display real[2] == .1\n0\n" in log, "a decimal is stored in 32 bits"
    assert "display middle[2]\n.\n" in log


def test_missing_values_are_larger_than_numbers_and_pass_through_arithmetic(stata: Runner) -> None:
    log = stata('display . > 1e300\ndisplay .a > .\ndisplay 1 + .\ndisplay missing("", 1)\ndisplay ln(-1)\n')
    assert [line for line in log.splitlines() if line == "." or (not line.startswith(". ") and line)][:5] == [
        "1",
        "1",
        ".",
        "1",
        ".",
    ]


def test_replace_widens_the_storage_type(stata: Runner) -> None:
    log = stata('set obs 2\ngenerate byte b = 1\nreplace b = 1000 in 2\ngenerate s = "a"\nreplace s = "abc"\n')
    assert "variable b was byte now int\n(1 real change made)\n" in log
    assert "variable s was str1 now str3\n(2 real changes made)\n" in log


def test_uniform_draws_are_those_of_the_64_bit_mersenne_twister(stata: Runner) -> None:
    log = stata("set seed 42\ndisplay %9.7f runiform()\ndisplay %9.7f runiform()\n")
    state = [42]
    for i in range(1, 312):
        state.append((6364136223846793005 * (state[-1] ^ (state[-1] >> 62)) + i) % 2**64)
    draws = []
    for i in range(2):
        x = (state[i] & 0xFFFFFFFF80000000) | (state[i + 1] & 0x7FFFFFFF)
        y = state[i + 156] ^ (x >> 1) ^ (0xB5026F5AA96619E9 if x & 1 else 0)
        y ^= (y >> 29) & 0x5555555555555555
        y ^= (y << 17) & 0x71D67FFFEDA60000
        y ^= (y << 37) & 0xFFF7EEE000000000
        draws.append((y ^ (y >> 43)) / 2**64)
    assert [line for line in log.splitlines() if line.startswith("0.")] == [f"{draw:.7f}" for draw in draws]


def test_a_saved_data_set_comes_back_as_it_was(stata: Runner) -> None:
    log = stata(
        "set obs 3\n"
        "generate byte b = _n\ngenerate int i = -_n\ngenerate long l = 100000 * _n\ngenerate f = _n / 3\n"
        'generate double d = _n / 3\ngenerate str5 s = "é" + string(_n)\n'
        "replace b = .b in 2\nreplace f = . in 3\nreplace d = .z in 1\n"
        'label variable b "the b"\nlabel define yes 1 "one" 3 "three"\nlabel values b yes\nsort i\n'
        'format d %12.3f\nlabel data "kept"\n'
        "save kept\nclear\nuse kept\ndescribe\nlist, noobs\n"
    )
    assert "(kept)\n" in log
    assert "b               byte    %8.0g      yes        the b\n" in log
    assert "d               double  %12.3f" in log
    assert "Sorted by: i\n" in log
    rows = [line.strip("| ").split() for line in log.splitlines() if line.startswith("  | ")]
    assert rows == [
        ["b", "i", "l", "f", "d", "s"],
        ["three", "-3", "300000", ".", "1.000", "é3"],
        [".b", "-2", "200000", ".6666667", "0.667", "é2"],
        ["one", "-1", "100000", ".3333333", ".z", "é1"],
    ]
