"""behave as `ss-audit` starts it: it lives no longer than who started it.

`python -m ss_audit.cli_behave …` takes behave's arguments. Its standard input is a pipe that nobody writes to; when it
ends, `ss-audit` was killed, and so is this process: the keeper then ends what it had started, and the run on disk stays
unfinished.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence

from behave.__main__ import main, reset_runtime
from behave.configuration import Configuration
from behave.exception import ConfigError
from behave.tag_expression.builder import TagExpressionError

from ss_audit.runner import AuditRunner

ASKS = frozenset({"-h", "--help", "--version", "--tags-help", "--lang-list", "--lang-help", "--steps-catalog"})


def behaved(arguments: Sequence[str]) -> int:
    """behave's own start with our runner, whatever else is configured, and without its line about which runner that is.

    Out: the exit code. Ends the process as `AuditRunner` does. What only asks behave about itself is left to behave.
    """
    if ASKS & {word.partition("=")[0] for word in arguments}:
        return int(main(list(arguments)))
    try:
        config = Configuration(list(arguments))
    except (ConfigError, TagExpressionError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    config.format = config.format or [config.default_format]
    reset_runtime()
    return int(AuditRunner(config).run())


def _end_with_the_pipe(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_pipe, args=(sys.stdin.fileno(),), daemon=True).start()
    sys.exit(behaved(sys.argv[1:]))
