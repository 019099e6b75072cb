"""The command line of the engine, which is Stata's: `-b do file.do`, `-b file.do`, `/e do file.do`, `-q`, `-s`, `-e`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from rehearsal.stata import registry
from rehearsal.stata.banner import BANNER
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, StopDo, StopStata
from rehearsal.stata.interpreter import Interpreter
from rehearsal.stata.session import Session

_BATCH = frozenset({"b", "e", "s"})


def main(arguments: list[str]) -> int:
    """Runs as `stata <arguments>` would; returns the exit status: 0 also after an error, # after `exit #, STATA`."""
    flags, words = _split(arguments)
    quoted = False
    if not flags & _BATCH or not words:
        sys.stderr.write("rehearsal engine, not Stata: batch mode only, as in  -b do file.do\n")
        return 1
    if words[0] in ("do", "run") and len(words) > 1:
        command, target = words[0], words[1]
    elif words[0].endswith(".do"):
        command, target = "do", words[0]
        words = ["do", *words]
        quoted = True
    else:
        command, target = "", ""
    path = Path(target if Path(target).suffix else target + ".do") if target else Path("stata.do")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # measured: Stata ignores it in batch mode
    sys.setrecursionlimit(6000)
    with Path(path.stem + ".log").open("w", encoding="utf-8", newline="\n") as log:
        return _run(Emitter(log), command, path, words, quoted)


def _split(arguments: list[str]) -> tuple[frozenset[str], list[str]]:
    flags: set[str] = set()
    for index, argument in enumerate(arguments):
        if len(argument) == 2 and argument[0] in "-/" and argument[1].isalpha():
            flags.add(argument[1].lower())
        else:
            return frozenset(flags), arguments[index:]
    return frozenset(flags), []


def _run(out: Emitter, command: str, path: Path, words: list[str], quoted: bool) -> int:
    session = Session(out)
    interpreter = Interpreter(session)
    registry.load_all()
    out.write(BANNER)
    shown = [f'"{word}"' if " " in word or (quoted and index == 1) else word for index, word in enumerate(words)]
    echo = " ".join(shown)
    out.line(f". {echo} ")
    status = 0
    try:
        if command and not path.is_file():
            raise StataError(601, f"file {path} not found")
        if command:
            out.line()
            interpreter.run_do(path, words[2:])
        else:
            interpreter.execute(echo)
            out.line()
    except StataError as error:
        interpreter.report(error)
        interpreter.print_code(error)
    except StopDo:
        pass
    except StopStata as stop:
        status = stop.status
    finally:
        session.close()
    return status
