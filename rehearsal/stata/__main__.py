"""`python -m rehearsal.stata -b do file.do`."""

import sys

from rehearsal.stata.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
