"""Random numbers are held against the public generator."""

import pytest

from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.known_answers import Generator, known_answers
from stata_log.synthetic import batch, g9


@pytest.mark.parametrize(
    ("seed", "first", "second"),
    [
        (123, 0.31320017867847072, 0.55597911939485856),
        (123456789, 0.348871704556195, 0.266885709753138),
        (10, 0.60128311, 0.91370436),
    ],
)
def test_the_generator_gives_the_numbers_that_are_published(seed: int, first: float, second: float) -> None:
    generator = Generator(seed)
    assert generator.uniform() == pytest.approx(first, abs=1e-8)
    assert generator.uniform() == pytest.approx(second, abs=1e-8)


def draws(seed: int, count: int) -> list[str]:
    generator = Generator(seed)
    return [g9(generator.uniform()) for _ in range(count)]


DO = "set seed 4711\ndisplay runiform()\nlocal x 1\ndi %9.7f runiform()\n"


def test_right_numbers_are_right_and_wrong_ones_wrong() -> None:
    first, second = draws(4711, 2)
    printed = {"display runiform()": [first], "di %9.7f runiform()": ["0" + second]}
    found = known_answers(read_log(batch(DO, printed).encode()))
    assert (found.drawn, found.right) == (2, 2)
    found = known_answers(read_log(batch(DO, printed | {"display runiform()": [".1234567"]}).encode()))
    assert (found.drawn, found.right) == (2, 1)
    assert found.wrong[0][1] == ".1234567"


def test_after_a_command_that_may_draw_nothing_is_claimed() -> None:
    do = "set seed 4711\ngenerate u = rnormal()\ndisplay runiform()\n"
    found = known_answers(read_log(batch(do, {"display runiform()": [".5"]}).encode()))
    assert found.drawn == 0


def test_old_versions_had_another_generator() -> None:
    found = known_answers(read_log(batch(DO, {"display runiform()": [".5"]}, version="13.1").encode()))
    assert found.drawn == 0
