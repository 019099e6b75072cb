"""`python -m rehearsal.faults [--json]` prints the catalogue: every fault and every sound variant."""

import argparse
import json
import sys

from rehearsal.faults.catalogue import faults, variants


def main() -> int:
    """Prints it, for people or, with `--json`, for programs."""
    reader = argparse.ArgumentParser(prog="python -m rehearsal.faults", description=__doc__)
    reader.add_argument("--json", action="store_true", help="for programs")
    if reader.parse_args().json:
        shown = {"faults": [f.shown() for f in faults()], "variants": [v.shown() for v in variants()]}
        print(json.dumps(shown, indent=1, ensure_ascii=False))
        return 0
    for fault in faults():
        print(f"{fault.group}: {fault.name} ({fault.severity}): {fault.what}")
    for variant in variants():
        print(f"sound: {variant.name}: {variant.what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
