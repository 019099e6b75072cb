"""The reference SS with the rehearsal's own provider and Stata: the whole thing, no part of it made for these tests."""

import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rehearsal.reference_ss.settings import OWN_LIBRARY

from .stack import ANSWERS, ROOT, JobClient, Stack

QUESTIONS = {
    "R01": "Describe sales, price and staff: summary statistics.",
    "R02": "Estimate the effect of price on sales by OLS regression, controlling for staff.",
    "R03": "Regress sales on price and staff with heteroskedasticity-robust standard errors.",
    "R04": "Compare mean sales between the two groups of region with a t test.",
}


def _data() -> str:
    random = np.random.default_rng(20260110)
    rows = ["sales,price,staff,region"]
    for _ in range(60):
        price, staff, noise = random.normal(5, 1), random.integers(1, 20), random.normal()
        region = random.choice(["north", "south"])
        rows.append(f"{10 - 1.5 * price + 0.3 * staff + noise:.4f},{price:.4f},{staff},{region}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def data() -> str:
    """A data set with planted coefficients: price -1.5, staff 0.3."""
    return _data()


@pytest.fixture(scope="module")
def llm_base_url() -> Iterator[str]:
    """The rehearsal's provider, running."""
    command = [sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/v1"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the library, in which R02 calls a command that is no part of Stata."""
    library = tmp_path_factory.mktemp("library") / "copy"
    shutil.copytree(OWN_LIBRARY, library)
    source = library / "do" / "R02_ols.do"
    source.write_text(source.read_text(encoding="utf-8").replace("\nregress", "\nsparepart\nregress"), encoding="utf-8")
    return library


@pytest.fixture(scope="module")
def rehearsed(llm_base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack on the stand-ins."""
    yield from _running(tmp_path_factory.mktemp("rehearsed"), llm_base_url)


@pytest.fixture(scope="module")
def altered(llm_base_url: str, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack on the stand-ins and the altered library."""
    yield from _running(tmp_path_factory.mktemp("altered"), llm_base_url, SS_DO_TEMPLATE_LIBRARY_DIR=str(library))


def _running(home: Path, llm_base_url: str, **environment: str) -> Iterator[Stack]:
    stata = shlex.join([sys.executable, "-m", "rehearsal.stata"])
    stack = Stack(home, llm_base_url, SS_STATA_CMD=stata, PYTHONPATH=str(ROOT), **environment)
    try:
        yield stack.start()
    finally:
        stack.close()


def _frozen(stack: Stack, template: str, data: str) -> JobClient:
    job = JobClient(stack, QUESTIONS[template])
    job.upload(data)
    assert job.get("/draft/preview").json()["selected_template_id"] == template
    frozen = job.post("/plan/freeze", json={"answers": ANSWERS})
    assert frozen.status_code == 200, frozen.text
    return job


@pytest.mark.parametrize("template", QUESTIONS)
def test_each_question_leads_to_its_template_and_to_results(rehearsed: Stack, data: str, template: str) -> None:
    job = _frozen(rehearsed, template, data)
    run = job.run()
    assert run["status"] == "succeeded", run
    plan = job.get("/plan").json()["plan"]
    declared = plan["steps"][0]["params"]["template_contract"]["outputs_contract"]["declared"]
    outputs = {Path(path).name for path in job.index() if "/outputs/" in path}
    assert outputs == {output["file"] for output in declared}
    (log,) = job.of_kind("stata.log")
    assert "NOT STATA" in log
    assert log.rstrip().endswith("end of do-file")


def test_the_coefficients_are_those_of_the_data(rehearsed: Stack, data: str) -> None:
    job = _frozen(rehearsed, "R02", data)
    run = job.run()
    table = job.get(f"/artifacts/runs/{run['run_id']}/artifacts/outputs/table_R02_coefficients.csv").text
    estimated = {row["term"]: float(row["coefficient"]) for row in csv.DictReader(io.StringIO(table))}
    rows = list(csv.DictReader(io.StringIO(data)))
    columns = {name: np.array([row[name] for row in rows], np.float32).astype(float) for name in ("sales", "price", "staff")}
    design = np.column_stack([columns["price"], columns["staff"], np.ones(len(rows))])
    expected = np.linalg.lstsq(design, columns["sales"], rcond=None)[0]
    assert [estimated[term] for term in ("price", "staff", "_cons")] == pytest.approx(list(expected), rel=1e-9)


def test_an_unknown_command_is_named_and_after_its_installation_the_job_succeeds(altered: Stack, data: str) -> None:
    job = _frozen(altered, "R02", data)
    failed = job.run()
    assert failed["error"]["error_code"] == "STATA_COMMAND_UNRECOGNIZED"
    assert failed["error"]["details"]["command"] == "sparepart"
    (altered.packages / "sparepart.ado").write_text(
        'program define sparepart\n    display "spare part"\nend\n', encoding="utf-8"
    )
    assert job.run()["status"] == "succeeded"


def test_a_declared_package_is_looked_for_in_stata_itself(altered: Stack, library: Path, data: str) -> None:
    path = library / "do" / "meta" / "R01_descriptive_statistics.meta.json"
    meta = json.loads(path.read_text(encoding="utf-8"))
    meta["dependencies"].append({"pkg": "tablekit", "source": "ssc", "purpose": "tables"})
    path.write_text(json.dumps(meta), encoding="utf-8")
    job = _frozen(altered, "R01", data)
    failed = job.run()
    assert failed["error"]["error_code"] == "STATA_DEPENDENCY_MISSING"
    assert failed["error"]["details"]["missing_dependencies"][0]["pkg"] == "tablekit"
    (altered.packages / "tablekit.ado").write_text("program define tablekit\nend\n", encoding="utf-8")
    assert job.run()["status"] == "succeeded"
