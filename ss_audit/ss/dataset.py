"""The data that a journey uploads: generated from the run's seed, or a published set with published estimates.

The generated set has nonce column names, so that an answer that names them was made from this run's data; decimals that
float32 can't hold, so that Stata's own storage shows in every printed digit; and planted coefficients.
"""

import csv
import io
import random
import string

from ss_audit.evidence.model import Fact

UNITS, YEARS = 24, 5


class Dataset(Fact):
    """A CSV, and what its columns are for."""

    name: str
    csv: str
    outcome: str
    treatment: str
    controls: tuple[str, ...]
    group: str | None = None
    unit: str | None = None
    time: str | None = None


def nonce(rng: random.Random, length: int = 6) -> str:
    """A random word of lower-case letters and digits that starts with a letter."""
    return rng.choice(string.ascii_lowercase) + "".join(rng.choices(string.ascii_lowercase + string.digits, k=length - 1))


def generated(seed: int) -> Dataset:
    """A balanced panel of 24 units over 5 years; the same seed gives the same bytes."""
    rng = random.Random(f"ss-audit dataset {seed}")
    y, x, z, g, unit = (f"{stem}_{nonce(rng)}" for stem in ("yield", "dose", "size", "arm", "unit"))
    slope, control, shift = (round(rng.uniform(0.5, 3), 3) * rng.choice((-1, 1)) for _ in range(3))
    rows: list[list[object]] = []
    for i in range(UNITS):
        for year in range(YEARS):
            dose, size = round(rng.uniform(1, 9), 4), round(rng.gauss(20, 4), 3)
            arm = i % 2 + 1
            level = 5 + slope * dose + control * size + shift * arm + rng.gauss(0, 1.5)
            rows.append([i + 1, 2011 + year, f"{level:.4f}", f"{dose:.4f}", f"{size:.3f}", arm])
    return Dataset(
        name=f"panel_{nonce(rng)}.csv",
        csv=_csv([unit, "year", y, x, z, g], rows),
        outcome=y,
        treatment=x,
        controls=(z,),
        group=g,
        unit=unit,
        time="year",
    )


def _csv(header: list[str], rows: list[list[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
