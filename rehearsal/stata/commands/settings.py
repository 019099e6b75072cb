"""set, timer, adopath, which, cd, pwd, sysdir, about and other settings."""

from __future__ import annotations

import os
import time
from pathlib import Path

from rehearsal.stata import adopath
from rehearsal.stata.banner import ENGINE_VERSION
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.known import is_stata_command
from rehearsal.stata.numfmt import integer
from rehearsal.stata.random64 import MersenneTwister64
from rehearsal.stata.registry import command, find
from rehearsal.stata.session import Session
from rehearsal.stata.words import split_words, unquote

_IGNORED = frozenset(
    [
        "more",
        "maxvar",
        "matsize",
        "type",
        "scheme",
        "trace",
        "tracedepth",
        "rmsg",
        "varabbrev",
        "memory",
        "max_memory",
        "min_memory",
        "niceness",
        "segmentsize",
        "graphics",
        "processors",
        "sortseed",
        "dp",
        "logtype",
        "maxiter",
        "reventries",
        "scrollbufsize",
        "seed_kind",
        "rng",
        "cformat",
        "pformat",
        "sformat",
        "showbaselevels",
        "showemptycells",
        "showomitted",
        "fvlabel",
        "lstretch",
        "coeftabresults",
        "emptycells",
        "searchdefault",
        "httpproxy",
        "timeout1",
        "timeout2",
        "checksum",
        "update_query",
        "doublebuffer",
        "copycolor",
        "printcolor",
        "autotabgraphs",
        "conren",
        "adosize",
        "pagesize",
        "python_exec",
        "dockable",
        "varkeyboard",
        "smoothfonts",
        "linegap",
        "notifyuser",
        "playsnd",
        "eolchar",
        "haverdir",
        "iterlog",
    ]
)


@command("set")
def set_(session: Session, rest: str) -> None:
    """`set obs|seed|linesize|level #`; display settings are accepted and ignored."""
    words = rest.replace(",", " ").split()
    if not words:
        raise syntax_error()
    name, argument = words[0], words[1] if len(words) > 1 else ""
    if name == "obs":
        _obs(session, rest.split(None, 1)[1] if argument else "")
    elif name == "seed":
        session.random = MersenneTwister64(int(session.number(argument)))
    elif name in ("linesize", "li"):
        size = int(session.number(argument))
        if not 40 <= size <= 255:
            raise StataError(198, "linesize must be between 40 and 255")
        session.out.linesize = size
    elif name == "level":
        level = session.number(argument)
        if not 10 <= level <= 99.99:
            raise StataError(198, "level() must be between 10 and 99.99 inclusive")
        session.settings["level"] = argument
    elif name in _IGNORED or name == "mem":
        session.settings[name] = argument
    else:
        raise StataError(199, f"set {name} is unrecognized") if not name.isidentifier() else gap(f"command set {name}")


def _obs(session: Session, text: str) -> None:
    data = session.dataset
    wanted = int(session.number(text))
    if wanted < data.n:
        raise StataError(198, "obs() must be at least as large as the present number of observations")
    before = data.n
    data.grow(wanted)
    if wanted != before:
        session.out.line(f"Number of observations (_N) was {integer(before)}, now {integer(wanted)}.")


@command("timer")
def timer(session: Session, rest: str) -> None:
    """`timer clear|on|off|list [#]`; list leaves r(t#) and r(nt#)."""
    words = rest.split()
    if not words:
        raise syntax_error()
    numbers = [int(word) for word in words[1:] if word.isdigit()]
    if any(not 1 <= number <= 100 for number in numbers):
        raise StataError(198, "invalid timer number")
    now = time.perf_counter()
    if words[0] == "clear":
        for number in numbers or list(session.timers):
            session.timers.pop(number, None)
    elif words[0] == "on" and numbers:
        state = session.timers.setdefault(numbers[0], [0.0, 0.0, 0.0])
        state[2] = now
    elif words[0] == "off" and numbers:
        state = session.timers.setdefault(numbers[0], [0.0, 0.0, 0.0])
        if state[2]:
            state[0] += now - state[2]
            state[1] += 1
            state[2] = 0.0
    elif words[0] == "list":
        _timer_list(session, numbers)
    else:
        raise syntax_error()


def _timer_list(session: Session, numbers: list[int]) -> None:
    found: dict[str, float] = {}
    for number in sorted(numbers or session.timers):
        state = session.timers.get(number)
        if state is None:
            continue
        total, count = round(state[0], 3), state[1]
        mean = total / count if count else 0.0
        session.out.line(f"{number:4d}: {total:9.2f} /{int(count):9d} = {mean:12.4f}")
        found[f"t{number}"] = total
        found[f"nt{number}"] = count
    session.set_r(**found)


@command("adopath")
def adopath_(session: Session, rest: str) -> None:
    """`adopath [+|- folder]`: shows the ado path, changed first."""
    words = split_words(rest)
    if words and words[0] in ("+", "++") and len(words) > 1:
        session.ado_extra.append(words[1])
    elif words and words[0] == "-" and len(words) > 1:
        session.ado_extra = [entry for entry in session.ado_extra if entry != words[1]]
    for index, entry in enumerate(adopath.entries(session)):
        codeword = f"({entry})" if entry in adopath.CODEWORDS else ""
        shown = "(no folder in the rehearsal engine)" if codeword else f'"{entry}"'
        session.out.line(f"  [{index + 1}]  {codeword:<11} {shown}")


@command("which")
def which(session: Session, rest: str) -> None:
    """`which name`: where a command is; r(111) when it is nowhere."""
    name = rest.partition(",")[0].strip()
    filename = name if "." in name else f"{name}.ado"
    path = adopath.find_file(session, filename)
    if path is not None:
        session.out.line(str(path))
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("*!"):
                session.out.line(line)
        session.set_r(fn=str(path))
        return
    if find(name):
        session.out.line(f"built-in command:  {find(name)[0]}")  # type: ignore[index]
        return
    if is_stata_command(name):
        session.out.line(f"built-in command:  {name}")
        session.out.line("(rehearsal engine: known by name only, not implemented here)")
        return
    raise StataError(111, f"command {name} not found as either built-in or ado-file")


@command("cd")
def cd(session: Session, rest: str) -> None:
    """`cd [folder]`; r(170) when it cannot be entered."""
    target = unquote(rest)
    if target:
        try:
            os.chdir(Path(target).expanduser())
        except OSError:
            raise StataError(170, f"unable to change to {target}") from None
    session.out.line(str(Path.cwd()))


@command("pwd")
def pwd(session: Session, _rest: str) -> None:
    """Shows the current folder."""
    session.out.line(str(Path.cwd()))


@command("about")
def about(session: Session, _rest: str) -> None:
    """Says what the engine is."""
    session.out.line()
    session.out.line(f"Rehearsal engine {ENGINE_VERSION}, not Stata")


@command("discard", "set_defaults")
def discard(_session: Session, _rest: str) -> None:
    """Accepted; there is nothing to discard."""
    return
