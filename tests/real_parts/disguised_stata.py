"""A fake Stata, started as a program: the rehearsal engine as a child, its log given the head of a Stata.

    python disguised_stata.py [--wrong | --doubles] [--keep FOLDER] -- -b do FILE.do

`--wrong` changes a printed coefficient, in every log alike; `--doubles` lets the engine store the data in double
precision, and hides that it was told so; `--keep` leaves a copy of the working folder. The head is synthetic.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from stata_log.synthetic import head

DOUBLES = " asdouble"
CONSTANT = re.compile(r"^( +_cons \| +)(-?\d*\.\d+)", re.M)


def main(words: list[str]) -> int:
    cut = words.index("--")
    options, given = words[:cut], words[cut + 1 :]
    do_file = Path(given[-1])
    written = do_file.read_text("utf-8")
    if "--doubles" in options:
        do_file.write_text(written.replace('encoding("utf-8") clear', f'encoding("utf-8") clear{DOUBLES}'), "utf-8")
    status = subprocess.run([sys.executable, "-m", "rehearsal.stata", *given], check=False).returncode
    do_file.write_text(written, "utf-8")
    logs = [log for log in (do_file.with_suffix(".log"), Path("result.log")) if log.exists()]
    for log in logs:
        text = log.read_text("utf-8").replace(DOUBLES, "")
        text = CONSTANT.sub(lambda found: found[1] + other_digits(found[2]), text) if "--wrong" in options else text
        log.write_text(text, "utf-8")
    batch = logs[0].read_text("utf-8")
    logs[0].write_text("\n".join(head()) + "\n" + batch[batch.index(". do ") :], "utf-8")
    if "--keep" in options:
        shutil.copytree(".", options[options.index("--keep") + 1], dirs_exist_ok=True)
    return status


def other_digits(number: str) -> str:
    """The same width, two digits of it changed."""
    return number[:-2] + number[-2:].translate(str.maketrans("0123456789", "3456789012"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
