"""Which column a name in a log means, and how it was stored: where that can't be told, nothing is claimed."""

import pytest

from ss_audit.stata_log.data import is_a_name, names_of, read_data


def found(header: str, name: str) -> str | None:
    column = read_data(f"{header}\n1,2,3\n4,5,6\n").find(name)
    return column and column.name


@pytest.mark.parametrize(
    ("header", "name", "column"),
    [
        ("a,b,c", "b", "b"),
        ("Price,b,c", "price", "Price"),
        ("Total sales,b,c", "totalsales", "Total sales"),
        ("Total sales,b,c", "Total_sales", "Total sales"),
        ("Größe,b,c", "größe", "Größe"),
        ("Größe,b,c", "Gr__e", "Größe"),
        ("2020,b,c", "_2020", "2020"),
        (f"{'x' * 40},b,c", "x" * 32, "x" * 40),
        ("lpc_tranche_d,b,c", "lpc_tr~d", "lpc_tranche_d"),
        ("a,b,c", "d", None),
        ("A,a,c", "A", "A"),
        ("A,a,c", "a", None),
        ("a b,ab,c", "ab", None),
        ("a b,a_b,c", "a_b", None),
        (f"{'x' * 40},{'x' * 50},c", "x" * 32, None),
        ("a b_tail,a_b_tail,c", "a~l", None),
    ],
)
def test_a_name_means_the_one_column_that_may_bear_it(header: str, name: str, column: str | None) -> None:
    assert found(header, name) == column


def test_the_header_itself_is_the_likeliest_name() -> None:
    assert names_of("Total sales") == ("Total sales", "total sales", "Totalsales", "totalsales", "Total_sales", "total_sales")
    assert names_of("y_q1") == ("y_q1",)


@pytest.mark.parametrize("name", ["a", "A1", "_x", "x" * 32, "year", "strength"])
def test_a_name_that_stata_holds_as_it_is(name: str) -> None:
    assert is_a_name(name)


@pytest.mark.parametrize("name", ["", "a b", "1a", "x" * 33, "Größe", "if", "_n", "str8", "strL", "a.b"])
def test_a_name_that_it_does_not(name: str) -> None:
    assert not is_a_name(name)


@pytest.mark.parametrize(
    ("cells", "is_open"),
    [
        (["1.5", "2.25"], False),
        (["1.5", "2.2500001"], True),
        (["12345678", "2"], False),
        (["12345678.0", "16777216.0"], False),
        (["12345678.0", "16777217.0"], True),
        (["1e9", "3"], True),
        (["text", "2.2500001"], False),
        ([".", "1.5"], False),
    ],
)
def test_how_a_column_is_stored_can_be_open(cells: list[str], is_open: bool) -> None:
    (column,) = read_data("\n".join(["x", *cells])).columns
    assert column.may_be_double is is_open
