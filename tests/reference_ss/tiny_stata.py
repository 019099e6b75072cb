"""A Stata for these tests: called as Stata is, writes the files that a do-file names, ends its log as Stata does.

What it does is set by files in the folder TINY_STATA_CONTROL: `hang` (wait until the file is gone), `ending` (text to
put at the end of the log instead of a completed do-file's), `exit` (exit status), `no_outputs`. Packages are looked
up as NAME.ado in the folder S_ADO.
"""

import os
import re
import sys
import time
from pathlib import Path

CONTROL = Path(os.environ["TINY_STATA_CONTROL"])
OK = ". \nend of do-file\n"


def main() -> int:
    flag, verb, do_file = sys.argv[1:]
    assert (flag, verb) == ("-b", "do")
    text = Path(do_file).read_text(encoding="utf-8")
    packages = re.findall(r"^capture which (\w+)$", text, re.MULTILINE)
    if do_file.startswith("dependency_preflight"):
        absent = [name for name in packages if not (Path(os.environ["S_ADO"]) / f"{name}.ado").is_file()]
        Path("dependency_preflight.missing.txt").write_text("".join(f"{name}\n" for name in absent), encoding="utf-8")
        ending, status = OK, 0
    else:
        while (CONTROL / "hang").exists():
            time.sleep(0.02)
        if not (CONTROL / "no_outputs").exists():
            for name in re.findall(r'(?:file open `\w+\'|log) using "([\w.]+)"', text):
                Path(name).write_text(f"{name}\n", encoding="utf-8")
        ending = (CONTROL / "ending").read_text(encoding="utf-8") if (CONTROL / "ending").exists() else OK
        status = int((CONTROL / "exit").read_text(encoding="utf-8")) if (CONTROL / "exit").exists() else 0
    echo = "".join(f". {line}\n" for line in text.splitlines())
    Path(do_file).with_suffix(".log").write_text(f"\n. do {do_file} \n\n{echo}{ending}", encoding="utf-8")
    return status


sys.exit(main())
