"""`python -m rehearsal.stata -b do file.do`."""

import importlib
import os
import sys

from rehearsal.stata.cli import main

if __name__ == "__main__":
    if fault := os.environ.get("SS_REHEARSAL_FAULT"):
        importlib.import_module("rehearsal.faults.applying").apply(fault, "stata")
    sys.exit(main(sys.argv[1:]))
