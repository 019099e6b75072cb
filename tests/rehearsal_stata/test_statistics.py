"""Tables beside those that test_digits covers, against published values or arithmetic done here."""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

import numpy as np
from scipy import stats

from .conftest import Runner

# Longley, J. W. (1967), JASA 62, 819-841; certified values: NIST Statistical Reference Datasets, Longley.
LONGLEY = """y,x1,x2,x3,x4,x5,x6
60323,83.0,234289,2356,1590,107608,1947
61122,88.5,259426,2325,1456,108632,1948
60171,88.2,258054,3682,1616,109773,1949
61187,89.5,284599,3351,1650,110929,1950
63221,96.2,328975,2099,3099,112075,1951
63639,98.1,346999,1932,3594,113270,1952
64989,99.0,365385,1870,3547,115094,1953
63761,100.0,363112,3578,3350,116219,1954
66019,101.2,397469,2904,3048,117388,1955
67857,104.6,419180,2822,2857,118734,1956
68169,108.4,442769,2936,2798,120445,1957
66513,110.8,444546,4681,2637,121950,1958
68655,112.6,482704,3813,2552,123366,1959
69564,114.2,502601,3931,2514,125368,1960
69331,115.7,518173,4806,2572,127852,1961
70551,116.9,554894,4007,2827,130081,1962
"""


def test_longley_in_double_precision_gives_the_certified_values(stata: Runner) -> None:
    Path("longley.csv").write_text(LONGLEY)
    log = stata("import delimited longley.csv, asdouble\nregress y x1-x6\n")
    rows = {name: cells.split() for name, cells in re.findall(r"^ *(\w+) \|(.*)$", log, re.MULTILINE)}
    assert rows["x1"][:2] == ["15.06187", "84.91493"]
    assert rows["x2"][:2] == ["-.0358192", ".0334910".rstrip("0")]
    assert rows["x3"][:2] == ["-2.02023", ".4883997"]
    assert rows["x4"][:2] == ["-1.033227", ".2142742"]
    assert rows["x5"][:2] == ["-.0511041", ".2260732"]
    assert rows["x6"][:2] == ["1829.151", "455.4785"]
    assert rows["_cons"][:2] == ["-3482259", "890420.4"]
    assert "R-squared       =    0.9955" in log
    assert "Root MSE        =    304.85" in log
    assert "F(6, 9)         =    330.29" in log


def _two_groups() -> tuple[list[float], list[float], str]:
    a, b = [3.0, 5.0, 4.0, 8.0, 7.0], [6.0, 9.0, 12.0, 7.0, 11.0, 10.0, 14.0]
    rows = [*(f"{x:g},1" for x in a), *(f"{x:g},2" for x in b)]
    return a, b, "v,g\n" + "\n".join(rows) + "\n"


def test_ttest_of_two_groups(stata: Runner) -> None:
    a, b, csv = _two_groups()
    Path("d.csv").write_text(csv)
    log = stata(
        "import delimited d.csv\nttest v, by(g)\ndisplay %12.8f r(p) %12.8f r(t)\nttest v, by(g) unequal\ndisplay %12.8f r(p)\n"
    )
    expected = stats.ttest_ind(a, b)
    assert f"{expected.pvalue:12.8f}{expected.statistic:12.8f}\n" in log
    assert f"{stats.ttest_ind(a, b, equal_var=False).pvalue:12.8f}\n" in log
    assert f"t = {expected.statistic:8.4f}\n" in log
    assert "Degrees of freedom =       10\n" in log
    assert "    diff = mean(1) - mean(2)" in log
    se = stdev(a) / sqrt(5)
    row = next(line for line in log.splitlines() if line.startswith("       1 |"))
    assert [float(cell) for cell in row.split("|")[1].split()][:4] == [5, mean(a), round(se, 7), round(stdev(a), 6)]


def test_clustered_variance(stata: Runner) -> None:
    generator = np.random.default_rng(7)
    x, g = generator.integers(1, 50, 30), np.repeat(np.arange(6), 5)
    y = 2 * x + generator.integers(-20, 20, 30)
    Path("d.csv").write_text("y,x,g\n" + "\n".join(f"{p},{q},{r}" for p, q, r in zip(y, x, g, strict=True)) + "\n")
    log = stata("import delimited d.csv\nregress y x, vce(cluster g)\ndisplay %14.9f _se[x] %14.9f _b[x]\n")
    design = np.column_stack([x, np.ones(30)])
    inverse = np.linalg.inv(design.T @ design)
    b = inverse @ design.T @ y
    scores = np.array([design[g == k].T @ (y - design @ b)[g == k] for k in range(6)])
    variance = inverse @ (scores.T @ scores) @ inverse * 6 / 5 * 29 / 28
    assert f"{sqrt(variance[0, 0]):14.9f}{b[0]:14.9f}\n" in log
    assert "(Std. err. adjusted for 6 clusters in g)\n" in log


def test_the_estimation_sample_follows_the_rows_when_they_are_sorted(stata: Runner) -> None:
    log = stata(
        "set obs 8\ngenerate x = _n\ngenerate y = mod(_n * 3, 5)\nregress y x if x > 2\ngsort -x\n"
        'summarize x if e(sample)\ndisplay "N " e(N) " " r(N) " " r(min)\n'
    )
    assert "\nN 6 6 3\n" in log


def test_collinear_regressors_are_left_out(stata: Runner) -> None:
    log = stata("set obs 6\ngenerate x = _n\ngenerate z = 2 * x\ngenerate y = mod(_n * 3, 5)\nregress y x z\n")
    assert "note: z omitted because of collinearity.\n" in log
    assert "z |          0  (omitted)\n" in log
    assert "F(1, 4)" in log


def test_correlate_and_tabulate(stata: Runner) -> None:
    a, b, csv = _two_groups()
    Path("d.csv").write_text(csv)
    log = stata('import delimited d.csv\ncorrelate v g\ntabulate g\nlevelsof g, local(l)\ndisplay "`l\'"\n')
    r = np.corrcoef([*a, *b], [1] * 5 + [2] * 7)[0, 1]
    assert f"(obs=12)\n\n             |        v        g\n-------------+------------------\n           v |   1.0000\n           g |{r:9.4f}   1.0000\n" in log  # fmt: skip  # noqa: E501
    assert "          1 |          5       41.67       41.67\n          2 |          7       58.33      100.00\n" in log
    assert "      Total |         12      100.00\n" in log
    assert "\n1 2\n" in log


def test_tabstat_saves_what_it_shows(stata: Runner) -> None:
    a, b, csv = _two_groups()
    Path("d.csv").write_text(csv)
    log = stata(
        "import delimited d.csv\ntabstat v g, statistics(n mean sd p25 max) columns(statistics) save format(%9.3f)\n"
        'matrix S = r(StatTotal)\ndisplay S[1,1] "|" %9.6f S[3,1] "|" S[5,2]\n'
    )
    values = [*a, *b]
    cells = f"{12:10.3f}{mean(values):10.3f}{stdev(values):10.3f}{5.5:10.3f}{14:10.3f}"
    assert f"           v |{cells}\n" in log
    assert f"12|{stdev(values):9.6f}|2\n" in log


def test_missing_values_and_duplicates_are_reported(stata: Runner) -> None:
    Path("d.csv").write_text("id,v,w\n1,2,3\n1,,3\n2,5,\n3,,4\n")
    log = stata("import delimited d.csv\nmisstable summarize v w\nmisstable patterns v w\nduplicates report id\n")
    assert re.search(r"v \| +2 +2 +\| +2 +2 +5\n", log)
    assert "        1 |            2             0\n        2 |            2             1\n" in log
    log = stata("import delimited d.csv\nduplicates tag id, generate(d)\nsummarize d\nmisstable summarize id\n")
    assert "(variables nonmissing or string)\n" in log
    assert re.search(r"d \| +4 +\.5 +\.5773503 +0 +1\n", log)


def test_predict_and_test_follow_the_last_regression(stata: Runner) -> None:
    Path("longley.csv").write_text(LONGLEY)
    log = stata(
        "import delimited longley.csv\nregress y x3 x4\npredict double fit, xb\npredict double e, residuals\n"
        'generate double gap = y - fit - e\nsummarize gap\ntest x3 x4\ndisplay "F " %9.4f r(F) %9.4f e(F)\n'
    )
    found = re.search(r"^F +(\S+) +(\S+)$", log, re.MULTILINE)
    assert found
    assert found[1] == found[2] != "."


def test_a_template_s_whole_path_from_csv_to_tables(stata: Runner) -> None:
    """Load, check, analyse, export, as the templates of an SS library do it."""
    Path("data.csv").write_text("Firm,sales,cost\na,10.5,1\nb,20.25,\nc,30.75,3\n", encoding="utf-8")
    log = stata(
        "capture log close _all\nclear all\nset more off\nversion 18\ntimer clear 1\ntimer on 1\n"
        'log using "result.log", text replace\n'
        'capture confirm file "data.dta"\nif _rc {\n    import delimited "data.csv", clear varnames(1) encoding(utf8)\n'
        '    save "data.dta", replace\n}\nelse {\n    use "data.dta", clear\n}\n'
        'local good ""\nforeach v in sales cost firm absent {\n    capture confirm numeric variable `v\'\n'
        '    if _rc == 0 {\n        local good "`good\' `v\'"\n    }\n}\ndisplay "[`good\']"\n'
        "tempname p\ntempfile t\npostfile `p' str32 variable long n double mean using `t', replace\n"
        "foreach v of local good {\n    quietly summarize `v', detail\n    post `p' (\"`v'\") (r(N)) (r(mean))\n}\n"
        "postclose `p'\npreserve\nuse `t', clear\nexport delimited using \"table.csv\", replace\nrestore\n"
        'display "rows " _N " type `: type sales\'"\ntimer off 1\nquietly timer list 1\nlocal s = r(t1)\n'
        'display "SECONDS " (`s\' >= 0)\nlog close\n'
    )
    assert "[ sales cost]\n" in log
    assert "rows 3 type float\n" in log
    assert "SECONDS 1\n" in log
    assert Path("table.csv").read_text() == "variable,n,mean\nsales,3,20.5\ncost,2,2\n"
    assert log.endswith("end of do-file\n")
    assert "r(" not in log.replace("r(N)", "").replace("r(mean)", "").replace("r(t1)", "")
