"""`python -m mutation [--only PART] [--tests FILE…] [--kept FOLDER] [--page FILE]`: runs all mutants and names the survivors.

With `--kept` outcomes are kept there, and a mutant that was killed in a module that is byte for byte the same is not run
again: a run can be cut off and go on, and new tests are held against the survivors alone. Ends with 1 below 85 %, with 2
where a mutant could not be run.
"""

import argparse
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
    parser.add_argument("--kept", type=Path, help="where outcomes are kept from run to run")
    parser.add_argument("--page", type=Path, help="write the dated result there")
    given = parser.parse_args()
    targets = sorted({p.relative_to(ROOT).as_posix() for glob in JUDGES for p in ROOT.glob(glob) if given.only in str(p)})
    os.environ[TARGETS] = os.pathsep.join(targets)
    everything = {plugin.key(mutant): mutant for mutant in plugin.all_mutants()}
    shares = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as passing, ThreadPoolExecutor(shares) as pool:
        os.environ[RESULTS] = str((given.kept or Path(passing)).resolve())
        Path(os.environ[RESULTS]).mkdir(exist_ok=True)
        known = sum(plugin.outcomes().get(key) == "killed" for key in everything)
        print(f"{len(everything)} mutants in {len(targets)} modules, {known} of them known to be killed", flush=True)
        list(pool.map(lambda share: _share(share, shares, given.tests), range(shares)))
        outcomes = plugin.outcomes()
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


def _share(share: int, shares: int, tests: Sequence[str]) -> None:
    env = {**os.environ, SHARE: str(share), SHARES: str(shares)}
    ended = subprocess.run([*PYTEST, *tests], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 5):
        print(ended.stdout[-3000:], ended.stderr[-3000:], file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
