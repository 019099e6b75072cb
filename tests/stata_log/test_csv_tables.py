"""Tables that a run wrote as CSV are held against the data that it read."""

from ss_audit.stata_log.csv_tables import csv_storage, recompute_csv
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.tables import Table, find_tables
from stata_log import exact, printed_tables
from stata_log.synthetic import batch

COLUMNS = {
    "y": ["10.13", "10.57", "8.09", "9.11", "7.23", "7.91"],
    "x": ["1.27", "1.41", "0.83", "1.09", "0.41", "0.67"],
}
DATA = "y,x,name\n" + "".join(f"{a},{b},r\n" for a, b in zip(COLUMNS["y"], COLUMNS["x"], strict=True))


def summary(store: printed_tables.Store = exact.stored) -> str:
    """Doubles written in full, as `export delimited` writes what `postfile` kept."""
    rows = []
    for name, written in COLUMNS.items():
        x = store(written)
        rows.append(f"{name},{len(x)},{float(exact.mean(x))!r},{exact.sd(x)!r},{float(min(x))!r},{float(sorted(x)[1])!r}")
    return "variable,n,mean,sd,min,p25\n" + "\n".join(rows) + "\n"


def regression() -> tuple[Table, ...]:
    return find_tables(read_log(batch("regress y x\n", {"regress y x": printed_tables.regress("y", COLUMNS)}).encode()))


def test_a_summary_agrees_to_the_last_bit_that_means_something() -> None:
    found = recompute_csv("table.csv", summary(), DATA)
    assert found is not None
    assert (found.compared, found.agreeing) == (10, 10)
    assert csv_storage(summary(), DATA).side == "float32"


def test_a_summary_of_doubles_does_not_agree_and_is_told() -> None:
    found = recompute_csv("table.csv", summary(exact.doubles), DATA)
    assert found is not None
    assert found.agreeing < found.compared
    assert csv_storage(summary(exact.doubles), DATA).side == "float64"


def test_a_table_of_statistics_by_name_agrees() -> None:
    mean = float(exact.mean(exact.stored(COLUMNS["y"])))
    found = recompute_csv("long.csv", f"variable,statistic,value\ny,mean,{mean:.7g}\ny,N,6\n", DATA)
    assert found is not None
    assert (found.compared, found.agreeing) == (2, 2)


def test_coefficients_agree_with_the_regression_of_the_log() -> None:
    b, spread, _, _ = exact.regression(exact.stored(COLUMNS["y"]), [exact.stored(COLUMNS["x"])])
    rows = [f"{name},{float(b[i])!r},{float(spread[i][i]) ** 0.5:.6f}" for i, name in enumerate(("x", "_cons"))]
    table = "variable,coef,se\n" + "\n".join(rows) + "\n"
    found = recompute_csv("reg.csv", table, DATA, regression())
    assert found is not None
    assert (found.compared, found.agreeing) == (4, 4)
    wrong = recompute_csv("reg.csv", table.replace("x,", "x,1", 1), DATA, regression())
    assert wrong is not None
    assert [d.cell for d in wrong.disagreements] == ["coef of x"]


def test_coefficients_without_a_regression_in_the_log_are_not_compared() -> None:
    assert recompute_csv("reg.csv", "variable,coef\nx,1.5\n", DATA) is None


def test_what_is_not_recognised_is_not_compared() -> None:
    for text in ("", "a,b\n1,2\n", "variable,colour\ny,red\n", "variable,mean\nunknown,3\n"):
        assert recompute_csv("other.csv", text, DATA) is None
