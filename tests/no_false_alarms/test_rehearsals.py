"""Ten rehearsals, each with a seed of its own, half of them on a machine that is busy: a sound SS must raise no alarm.

Data, column names, questions and task codes follow from the seed, so what holds for one run need not hold for the next.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from whole_audit.running import Ended, run

CALM, BUSY = range(5), range(5, 10)
AT_A_TIME = 2
BURN = (sys.executable, "-c", "while True: pass")

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def calm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Future[Ended]]]:
    """Those rehearsals that were selected, two at a time."""
    place = tmp_path_factory.mktemp("calm")
    selected = [number for number in CALM if any(f"[{number}]" in item.name for item in request.session.items)]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {number: pool.submit(run, place / str(number), "ss-audit", "rehearse") for number in selected}


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """A process for each core that does nothing but keep it busy."""
    burners = [subprocess.Popen(BURN) for _ in range(os.cpu_count() or 1)]
    yield
    for burner in burners:
        burner.kill()
        burner.wait()


@pytest.mark.parametrize("number", CALM)
def test_a_rehearsal_goes_as_it_must(number: int, calm: dict[int, Future[Ended]]) -> None:
    _went_as_it_must(calm[number].result())


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("number", BUSY)
def test_a_rehearsal_on_a_busy_machine_goes_as_it_must(number: int, tmp_path: Path) -> None:
    _went_as_it_must(run(tmp_path / str(number), "ss-audit", "rehearse"))


def _went_as_it_must(ended: Ended) -> None:
    about = f"to see it again: ss-audit rehearse -D seed={ended.verdict['seed']}"
    assert ended.verdict["rehearsal"]["deviations"] == [], about
    assert (ended.code, ended.verdict["verdict"]) == (0, "NOT READY"), about
    assert not ended.left_running, about
