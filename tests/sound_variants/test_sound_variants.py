"""Sound systems of another shape than the reference SS: each is audited whole, and must be judged as the original is.

An audit that knows one SS's field names by heart would call the next version of SS broken.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from whole_audit.running import Ended, run

from rehearsal.faults.catalogue import variants

VARIANTS = {variant.name: variant for variant in variants()}
AT_A_TIME = 2
AT_LEAST = 10

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def rehearsals(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Ended]]]:
    """A rehearsal of each variant that was selected, by its name, two at a time."""
    selected = [name for name in VARIANTS if any(f"[{name}]" in item.name for item in request.session.items)]
    place = tmp_path_factory.mktemp("sound")
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {
            name: pool.submit(
                run, place / name, "ss-audit", "rehearse",
                environment={"SS_REHEARSAL_FAULT": name, **variant.env}, settings=variant.settings,
            )
            for name, variant in ((name, VARIANTS[name]) for name in selected)
        }  # fmt: skip


def test_there_are_enough_of_them() -> None:
    assert len(VARIANTS) >= AT_LEAST


@pytest.mark.parametrize("name", VARIANTS)
def test_a_sound_variant_raises_no_alarm(name: str, rehearsals: dict[str, Future[Ended]]) -> None:
    ended = rehearsals[name].result()
    about = f"{VARIANTS[name].what} seed {ended.verdict['seed']}"
    assert ended.verdict["rehearsal"]["deviations"] == [], about
    assert ended.code == 0, about
    assert not ended.left_running, about
