"""behave as `ss-audit` starts it: it lives no longer than who started it.

`python -m ss_audit.cli_behave …` takes behave's arguments. Its standard input is a pipe that nobody writes to; when it
ends, `ss-audit` was killed, and so is this process: the keeper then ends what it had started, and the run on disk stays
unfinished.
"""

import os
import signal
import sys
import threading

from behave.__main__ import main


def _end_with_the_pipe(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_pipe, args=(sys.stdin.fileno(),), daemon=True).start()
    sys.exit(main(sys.argv[1:]))
