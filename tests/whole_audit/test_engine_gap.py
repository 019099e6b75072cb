"""A command of Stata's that the rehearsal engine lacks says nothing about SS: INCONCLUSIVE, and the command is named."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "rehearsal" / "reference_ss" / "library"
SCENARIO = "A person comes from a task code to downloaded results"


def test_a_gap_of_the_engine_is_not_held_against_ss(tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(LIBRARY, library)
    for do_file in (library / "do").glob("*.do"):
        lines = do_file.read_text("utf-8").splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("log using"))
        do_file.write_text("\n".join([*lines[: at + 1], "collapse (mean) x", *lines[at + 1 :]]) + "\n", "utf-8")
    command = [sys.executable, "-m", "behave", "-n", SCENARIO, "-D", f"reports_dir={tmp_path / 'reports'}"]
    command += ["-D", f"ss_env.SS_DO_TEMPLATE_LIBRARY_DIR={library}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    verdict = json.loads((tmp_path / "reports" / "latest" / "verdict.json").read_text("utf-8"))
    scenario = next(s for s in verdict["scenarios"] if s["name"] == SCENARIO)
    assert ended.returncode == 2, ended.stdout[-2000:]
    assert scenario["outcome"] == "error"
    assert "collapse" in scenario["reason"]
    assert verdict["blame"] in ("environment", "operator")
    assert all(check["outcome"] == "error" for check in scenario["checks"])
