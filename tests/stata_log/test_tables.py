"""Tables are found, and read with every digit that was printed."""

from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.tables import (
    CoefficientTable,
    CorrelationTable,
    CountTable,
    DetailTable,
    FrequencyTable,
    SummarizeTable,
    TabstatTable,
    find_tables,
)
from stata_log.synthetic import batch

DETAIL = """
                             wage
-------------------------------------------------------------
      Percentiles      Smallest
 1%            0              0
 5%     .0979748              1
10%     .1670542              2       Obs               9,992
25%     .2506623              3       Sum of wgt.       9,992

50%     .3493946                      Mean           .3374667
                        Largest       Std. dev.      .1412611
75%     .4197056       1.744418
90%     .4797387       1.744419       Variance       .0199547
95%     .5246696       1.749589       Skewness       .9210201
99%     .7195537       2.066599       Kurtosis       9.040526""".splitlines()
SUMMARY = """
    Variable |        Obs        Mean    Std. dev.       Min        Max
-------------+---------------------------------------------------------
        make |          0
       price |      1,074    6165.257    2949.496       3291      15906
        debt |         74   -2.31e+07    1.05e+08  -9.10e+08        .25
-------------+---------------------------------------------------------
 lpc_tranc~d |         69    3.405797    .9899323          1          5""".splitlines()
TABSTAT_ROWS = """
    Variable |         N      Mean        SD       p50
-------------+----------------------------------------
       price |   74.0000 6165.2568 2949.4959 5006.5000
         mpg |   74.0000   21.2973    5.7855   20.0000
------------------------------------------------------""".splitlines()
TABSTAT_COLUMNS = """
   Stats |     price       mpg
---------+--------------------
    Mean |  6165.257   21.2973
SE(mean) |  342.8719  .6725511
---------+--------------------""".splitlines()
CORRELATION = """(obs=74)

             |    price      mpg
-------------+------------------
       price |   1.0000
         mpg |  -0.4686   1.0000
""".splitlines()
FREQUENCIES = """
degree_contro |
            l |      Freq.     Percent        Cum.
--------------+-----------------------------------
     Domestic |    243,388       92.13       92.13
   Expat hire |     20,781        7.87      100.00
--------------+-----------------------------------
        Total |    264,169      100.00""".splitlines()
CLUSTERED = """
Linear regression                               Number of obs     =        450
                                                F(1, 22)          =      52.80
                                                Prob > F          =     0.0000
                                                R-squared         =     0.1080
                                                Root MSE          =      .1792

                                 (Std. err. adjusted for 23 clusters in firm)
------------------------------------------------------------------------------
             |               Robust
           y | Coefficient  std. err.      t    P>|t|     [90% conf. interval]
-------------+----------------------------------------------------------------
           x |   .0048767    .000994     4.91   0.000     .0031699    .0065835
           z |          0  (omitted)
       _cons |  -.0104063    .003573    -2.91   0.008    -.0165417   -.0042709
------------------------------------------------------------------------------""".splitlines()
EQUATIONS = """
------------------------------------------------------------------------------
      choice |      Coef.   Std. Err.      z    P>|z|     [95% Conf. Interval]
-------------+----------------------------------------------------------------
Mean         |
         mid |   .1073426   .0674707     1.59   0.112    -.0248975    .2395827
-------------+----------------------------------------------------------------
SD           |
         mid |   1.568671   .0622899    25.18   0.000     1.446585    1.690757
------------------------------------------------------------------------------""".splitlines()


def tables(do: str, printed: dict[str, list[str]]) -> tuple[object, ...]:
    return find_tables(read_log(batch(do, printed).encode()))


def test_summaries() -> None:
    do = 'local vars "make price"\nsummarize `vars\' debt if 1\nsummarize wage, detail\n'
    plain, detail = tables(do, {"summarize `vars' debt if 1": SUMMARY, "summarize wage, detail": DETAIL})
    assert isinstance(plain, SummarizeTable)
    assert [row.name for row in plain.rows] == ["make", "price", "debt", "lpc_tranc~d"]
    assert plain.rows[0].mean is None
    assert [plain.rows[1].n.value, plain.rows[1].max.value if plain.rows[1].max else None] == [1074, 15906]
    assert plain.rows[2].mean is not None
    assert (plain.rows[2].mean.text, plain.rows[2].mean.value) == ("-2.31e+07", -2.31e7)
    assert plain.origin.arguments == ("make", "price", "debt"), "a macro that was set plainly is read"
    assert plain.origin.restriction == "if 1"
    assert isinstance(detail, DetailTable)
    found = {name: printed.value for name, printed in detail.statistics}
    assert (found["p1"], found["p50"], found["p99"]) == (0, 0.3493946, 0.7195537)
    assert (found["smallest4"], found["largest1"], found["largest4"]) == (3, 1.744418, 2.066599)
    assert (found["n"], found["mean"], found["sd"], found["kurtosis"]) == (9992, 0.3374667, 0.1412611, 9.040526)


def test_tabstat_in_both_orientations() -> None:
    by_row = "tabstat price mpg, statistics(n mean sd p50) columns(statistics) longstub format(%12.4f)"
    rows, columns = tables(f"{by_row}\ntabstat price mpg, s(mean semean)\n", {
        by_row: TABSTAT_ROWS, "tabstat price mpg, s(mean semean)": TABSTAT_COLUMNS,
    })  # fmt: skip
    assert isinstance(rows, TabstatTable)
    assert [(v, s, p.text, p.digits) for v, s, p in rows.cells][:3] == [
        ("price", "n", "74.0000", None), ("price", "mean", "6165.2568", None), ("price", "sd", "2949.4959", None),
    ]  # fmt: skip
    assert isinstance(columns, TabstatTable)
    assert [(v, s, p.text) for v, s, p in columns.cells][2:] == [("price", "semean", "342.8719"), ("mpg", "semean", ".6725511")]


def test_correlations_frequencies_and_counts() -> None:
    correlation, frequencies, count = tables("correlate price mpg\ntab degree_control\ncount\n", {
        "correlate price mpg": CORRELATION, "tab degree_control": FREQUENCIES, "count": ["  1,234"],
    })  # fmt: skip
    assert isinstance(correlation, CorrelationTable)
    assert [(a, b, p.text) for a, b, p in correlation.cells][1:] == [("mpg", "price", "-0.4686"), ("mpg", "mpg", "1.0000")]
    assert isinstance(frequencies, FrequencyTable)
    assert (frequencies.title, [r.label for r in frequencies.rows]) == ("degree_control", ["Domestic", "Expat hire"])
    assert isinstance(count, CountTable)
    assert count.count.value == 1234


def test_regressions() -> None:
    table, other = tables("regress y x z, vce(cluster firm) level(90)\nmixlogit choice\n", {
        "regress y x z, vce(cluster firm) level(90)": CLUSTERED, "mixlogit choice": EQUATIONS,
    })  # fmt: skip
    assert isinstance(table, CoefficientTable)
    assert (table.outcome, table.vce, table.clusters, table.level, table.is_regress) == ("y", "cluster", "firm", 90, True)
    assert [(r.name, r.b.text, r.note) for r in table.rows] == [
        ("x", ".0048767", ""), ("z", "0", "omitted"), ("_cons", "-.0104063", ""),
    ]  # fmt: skip
    head = {name: printed.value for name, printed in table.header}
    assert head == {"n": 450, "df_m": 1, "df_r": 22, "f": 52.8, "p_f": 0, "r2": 0.108, "rmse": 0.1792}
    assert isinstance(other, CoefficientTable)
    assert (other.statistic, other.is_regress) == ("z", False)
    assert [(r.equation, r.name) for r in other.rows] == [("Mean", "mid"), ("SD", "mid")]


def test_a_table_remembers_what_was_done_to_the_data_before() -> None:
    do = "use a.dta\nkeep if x > 1\npreserve\ndrop in 1\nrestore\ncount\nimport delimited b.csv, clear\ngenerate z = 1\ncount\n"
    log = batch(do, {"count": ["  5"]})
    first, second = find_tables(read_log(log.encode()))
    assert first.origin.changed_by == ("keep if x > 1",)
    assert second.origin.changed_by == ()


def test_a_file_that_was_saved_is_as_it_was_saved() -> None:
    do = "import delimited a.csv, clear\nsave b.dta\ndrop if x\nsave c\nuse b, clear\ncount\nuse c.dta, clear\ncount\n"
    log = batch(do + "use other, clear\ncount\n", {"count": ["  5"]})
    changed = [t.origin.changed_by for t in find_tables(read_log(log.encode()))]
    assert changed == [(), ("drop if x",), ("drop if x", "use other, clear")]


def test_what_changes_the_data_in_a_loop_counts_for_what_the_loop_prints() -> None:
    do = "foreach v in a b {\n    preserve\n    keep if g\n    summarize `v'\n    restore\n}\ncount\n"
    first, second = find_tables(read_log(batch(do, {"}": SUMMARY, "count": ["  5"]}).encode()))
    assert first.origin.changed_by == ("keep if g",)
    assert second.origin.changed_by == ()


def test_what_a_loop_prints_is_tied_to_the_one_command_of_its_body_that_prints() -> None:
    do = "foreach v in a b {\n    local k = 1\n    summarize `v' if k\n}\n"
    found = tables(do, {"}": SUMMARY})
    assert [(t.origin.name, t.origin.restriction, t.origin.arguments) for t in found if isinstance(t, SummarizeTable)] == [
        ("summarize", "if k", ())
    ]
