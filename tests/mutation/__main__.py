"""`python -m mutation [--only PART] [--tests FILE…] [--page FILE]`: runs all mutants and names the survivors.

Ends with 1 below 85 %, with 2 where a mutant could not be run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import plugin
from .page import Row, page
from .plugin import RESULTS, ROOT, SHARE, SHARES, TARGETS

REDACTION = ("redaction", "secret_forms", "secret_finder", "secret_shapes", "masking_stream")
JUDGES = (
    "ss_audit/checks/*.py",
    "ss_audit/verdict.py",
    "ss_audit/evidence/archive.py",
    *(f"ss_audit/evidence/{name}.py" for name in REDACTION),
)
TESTS = ("tests/checks", "tests/checks_classes", "tests/verdict", "tests/evidence")
PYTEST = (sys.executable, "-m", "pytest", "-p", "mutation.plugin", "-p", "no:cacheprovider", "-q")
LEAST_SHARE = 0.85


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutation", description="Mutation of the judges.")
    parser.add_argument("--only", default="", help="only modules whose path contains this")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="only these tests, to see soon what they notice")
    parser.add_argument("--page", type=Path, help="write the dated result there")
    given = parser.parse_args()
    targets = sorted({p.relative_to(ROOT).as_posix() for glob in JUDGES for p in ROOT.glob(glob) if given.only in str(p)})
    os.environ[TARGETS] = os.pathsep.join(targets)
    everything = {(m.path.as_posix(), m.index): m for m in plugin.all_mutants()}
    print(f"{len(everything)} mutants in {len(targets)} modules", flush=True)
    shares = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(shares) as pool:
        outcomes: dict[tuple[str, int], str] = {}
        for rows in pool.map(lambda share: _share(share, shares, Path(folder), given.tests), range(shares)):
            outcomes |= rows
    missing = everything.keys() - outcomes.keys()
    if missing:
        print(f"{len(missing)} mutants were not run", file=sys.stderr)
        return 2
    rows = [Row(mutant, outcomes[key]) for key, mutant in everything.items()]
    text, killed = page(rows)
    if given.page:
        given.page.write_text(text, "utf-8")
    print(text)
    return 0 if killed >= LEAST_SHARE else 1


def _share(share: int, shares: int, folder: Path, tests: Sequence[str]) -> dict[tuple[str, int], str]:
    results = folder / f"{share}.jsonl"
    env = {**os.environ, SHARE: str(share), SHARES: str(shares), RESULTS: str(results)}
    ended = subprocess.run([*PYTEST, *tests], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 5):
        print(ended.stdout[-3000:], ended.stderr[-3000:], file=sys.stderr)
    rows = [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    return {(row["path"], row["index"]): row["outcome"] for row in rows}


if __name__ == "__main__":
    raise SystemExit(main())
