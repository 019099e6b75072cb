"""What lies beside a bundle in a run's folder under names of the bundle's: whoever opens them takes them for the evidence.

`verdict.json`, `allure-results/` and `junit/` point into the bundle; where a folder was copied without links, they are copies.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ss_audit.evidence import bag
from ss_audit.report.reconcile import ALLURE, JUNIT
from ss_audit.run_reading import VERDICT
from ss_audit.verify.problem import Problem


def beside_problems(folder: Path, digests: Mapping[str, str]) -> Iterator[Problem]:
    """In: a run's folder, and the digests of its bundle's files by path. Raises OSError for a file that can't be read."""
    verdict = folder / VERDICT
    if verdict.is_file() and bag.digest_of(verdict) != digests.get(f"data/{VERDICT}"):
        yield Problem(VERDICT, None, "beside the bundle: it is not the verdict.json that is in it")
    for name in (ALLURE, JUNIT):
        shown = folder / name
        if not shown.is_dir():
            continue
        wanted = {path: d for path, d in digests.items() if path.startswith(f"data/{name}/")}
        found = {f"data/{name}/{path}": shown / path for path in bag.files_in(shown.resolve())}
        for path in sorted(wanted.keys() | found.keys()):
            file = found.get(path)
            if file is None or not file.is_file() or bag.digest_of(file) != wanted.get(path):
                yield Problem(path.removeprefix("data/"), None, "beside the bundle: it is not what is in it under that name")
