"""The reference SS's API on a port that is taken: `python -m rehearsal.faults.programs.port_taken --host H --port P`.

A child takes the port first, and holds it for as long as this process and what it turns into are there.
"""

import os
import socket
import subprocess
import sys

HOLDER = "import sys; sys.stdin.read()"


def main(arguments: list[str]) -> None:
    """Takes the port, and becomes the API."""
    host, port = arguments[1], int(arguments[3])
    taken = socket.create_server((host, port))
    held_open, ours = os.pipe()
    subprocess.Popen([sys.executable, "-c", HOLDER], stdin=held_open, pass_fds=[taken.fileno()])
    os.set_inheritable(ours, True)
    os.execv(sys.executable, [sys.executable, "-m", "rehearsal.reference_ss", "api", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
