"""The whole matrix: its rows carried out two at a time, judged, and told as they end."""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ss_audit.evidence.model import Fact
from ss_audit.faults.carrying_out import bundle_in, carry_out
from ss_audit.faults.catalogue import Catalogue, Fault, Variant
from ss_audit.faults.judging import Row, SoundRow, judged, judged_sound
from ss_audit.faults.judging_again import judged_again

AT_A_TIME = 2


class Matrix(Fact):
    """All rows, in the order of the catalogue."""

    faults: tuple[Row, ...]
    variants: tuple[SoundRow, ...]

    @property
    def all_as_they_must(self) -> bool:
        """Whether every fault was killed and every sound variant passed; where nothing was carried out, nothing was shown."""
        killed, sound = (row.killed for row in self.faults), (row.as_expected for row in self.variants)
        return bool(self.faults or self.variants) and all(killed) and all(sound)


def carried_out(catalogue: Catalogue, keep: Path | None, tell: Callable[[str], None]) -> Matrix:
    """Carries out every row. In: where each row's run is kept (None: nowhere), and who is told of each end in one line."""
    count = len(catalogue.faults) + len(catalogue.variants)
    with tempfile.TemporaryDirectory(prefix="ss-audit-faults-") as scratch, ThreadPoolExecutor(AT_A_TIME) as pool:
        row = partial(_row, Path(scratch), keep)
        ends = [pool.submit(row, change) for change in (*catalogue.faults, *catalogue.variants)]
        rows = []
        try:
            for number, end in enumerate(ends, 1):
                rows.append(end.result())
                tell(f"{number:3}/{count} {_line(rows[-1])}")
        finally:  # whoever interrupts does not want the rest
            pool.shutdown(cancel_futures=True)
    return Matrix(
        faults=tuple(row for row in rows if isinstance(row, Row)),
        variants=tuple(row for row in rows if isinstance(row, SoundRow)),
    )


def _row(scratch: Path, keep: Path | None, change: Fault | Variant) -> Row | SoundRow:
    place = scratch / change.name
    ended = carry_out(change, place)
    if ended.verdict:
        ended = ended.model_copy(update={"verified": judged_again(bundle_in(place), ended.verdict)})
    if keep is not None:
        shutil.rmtree(keep / change.name, ignore_errors=True)
        shutil.copytree(place, keep / change.name, symlinks=True)
    shutil.rmtree(place, ignore_errors=True)
    return judged(change, ended) if isinstance(change, Fault) else judged_sound(change, ended)


def _line(row: Row | SoundRow) -> str:
    if isinstance(row, Row):
        said = "killed    " if row.killed else "NOT KILLED"
        return f"{said} {row.name} ({row.seconds:.0f} s): {row.why_not or f'{row.killed_by} saw {row.saw}'}"
    said = "sound     " if row.as_expected else "ALARM     "
    return f"{said} {row.name} ({row.seconds:.0f} s){': ' if row.deviations else ''}{'; '.join(row.deviations)}"
