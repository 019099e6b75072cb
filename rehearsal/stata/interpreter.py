"""Runs lines: prefixes, blocks, programs, ado-files, do-files; echoes what the log is to show."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rehearsal.stata import adopath, control, registry
from rehearsal.stata.dataset import groups, sort_data
from rehearsal.stata.errors import ContinueLoop, StataError, StopDo, StopStata, gap, syntax_error
from rehearsal.stata.known import is_stata_command
from rehearsal.stata.scanner import Line, scan
from rehearsal.stata.session import Program, Session
from rehearsal.stata.words import split_top, split_words

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_PREFIXES = {"quietly": 3, "noisily": 1, "capture": 3}


def full_prefix(word: str) -> str | None:
    """The prefix command that `word` is or abbreviates, if any."""
    for full, least in _PREFIXES.items():
        if len(word) >= least and full.startswith(word):
            return full
    return None


def delimiter_note(session: Session, text: str) -> None:
    """What `#delimit` answers; the scanner has obeyed it already."""
    if text.split()[0] not in ("#delimit", "#d", "#delim"):
        raise syntax_error()
    session.out.line("delimiter now ;" if text.endswith(";") else "delimiter now cr")


class Interpreter:
    """Runs do-files, programs and single commands in one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.depth = 0
        self.loading_ado = False
        session.interpreter = self

    # do-files

    def run_do(self, path: Path, arguments: list[str]) -> None:
        """Runs the do-file at `path` with echo; a StataError leaves after the log's `end of do-file`."""
        out = self.session.out
        try:
            source = path.read_bytes().decode("utf-8", errors="replace")
        except OSError as error:
            raise StataError(601, f"file {path} not found") from error
        lines = scan(source.lstrip("\ufeff"))
        ended = False
        try:
            with control.scope(self, arguments):
                self.run(lines, echo=out.mode == "noisy")
        except StopDo:
            ended = True
            out.line()
        except StataError as error:
            self.report(error)
            self.print_code(error)
            out.line()
            out.line("end of do-file")
            raise
        if not ended and (source.endswith("\n") or not source):
            out.line(". ")
        out.line("end of do-file")

    def print_code(self, error: StataError) -> None:
        out = self.session.out
        if error.rc == 1:
            out.error("--Break--\n")
        out.error(f"r({error.rc});\n")

    def report(self, error: StataError) -> None:
        """Shows the message of `error` once."""
        if not error.reported:
            error.reported = True
            if error.message:
                self.session.out.error(error.message + "\n")
            if error.gap:
                self.session.out.note(error.gap)

    # lines

    def run(self, lines: list[Line], echo: bool, nested: bool = False) -> None:
        """Runs `lines`; with `echo` each is shown after `. `, and outside blocks a blank line follows its output."""
        index = 0
        last_if: bool | None = None
        while index < len(lines):
            line = lines[index]
            if echo:
                self.echo(line)
            if line.blank:
                index += 1
                continue
            try:
                index, last_if = control.step(self, lines, index, echo, last_if)
            except StataError as error:
                if echo and nested:
                    self.report(error)
                    self.print_code(error)
                    for rest in lines[index + 1 :]:
                        self.echo(rest)
                raise
            if echo and not nested:
                self.session.out.echo_line()

    def echo(self, line: Line, prompt: str = ". ") -> None:
        for index, physical in enumerate(line.echo):
            self.session.out.echo_line(("> " if index else prompt) + physical)

    def execute(self, text: str) -> None:
        """Runs one command after macro substitution."""
        self.dispatch(self.session.expander.expand(text).strip())

    def prefixed(self, prefixes: list[str], inner: Callable[[], None]) -> None:
        """Runs `inner` under prefix commands (full names), outermost first."""
        if not prefixes:
            return inner()
        out = self.session.out
        first, rest = prefixes[0], prefixes[1:]
        if first == "noisily":
            with out.set_mode("noisy"):
                try:
                    return self.prefixed(rest, inner)
                except StataError as error:
                    self.report(error)
                    raise
        if first == "quietly":
            with out.set_mode("silent" if out.mode == "silent" else "quiet"):
                return self.prefixed(rest, inner)
        try:
            with out.set_mode("silent"):
                try:
                    self.prefixed(rest, inner)
                except StataError as error:
                    self.report(error)
                    raise
        except StataError as error:
            self.session.rc = error.rc
        else:
            self.session.rc = 0
        return None

    def dispatch(self, text: str) -> None:
        """Runs one command whose macros have been replaced already."""
        if not text or text.startswith("*"):
            return None
        if text.startswith("!"):
            raise gap("command shell")
        found = _WORD.match(text)
        if not found:
            if text.startswith("#"):
                return delimiter_note(self.session, text)
            if text.startswith(("}", "{")):
                raise syntax_error()
            raise StataError(199, f"command {text.split()[0]} is unrecognized")
        word = found[0]
        rest = text[found.end() :]
        full = full_prefix(word)
        if full is not None:
            return self.prefixed([full], lambda: self.dispatch(rest.lstrip(" :")))
        if word in ("by", "bys", "byso", "bysor", "bysort") and rest[:1] == " ":
            return self._by(word != "by", rest)
        if word in ("version", "vers", "versi", "versio") and ":" in rest:
            return self.dispatch(rest.partition(":")[2].strip())
        return self.command(word, rest)

    def _by(self, sort: bool, rest: str) -> None:
        session = self.session
        parts = split_top(rest, ":", 1)
        if len(parts) < 2:
            raise syntax_error()
        head, comma, options = parts[0].partition(",")
        sort = sort or (bool(comma) and options.strip().startswith("s"))
        found = re.match(r"([^()]*)(?:\(([^()]*)\))?\s*$", head)
        if not found:
            raise syntax_error()
        names = session.varlist(found[1])
        extra = session.varlist(found[2]) if found[2] else []
        data = session.dataset
        if sort:
            sort_data(data, names + extra)
        elif data.sorted_by[: len(names + extra)] != names + extra:
            raise StataError(5, "not sorted")
        command_text = parts[1].strip()
        head_word = re.match(r"(?:(?:qui\w*|noi\w*|cap\w*)\s+)*([A-Za-z_]\w*)", command_text)
        entry = registry.find(head_word[1]) if head_word else None
        if entry and not registry.allows_by(entry[0]):
            raise StataError(190, f"{entry[0]} may not be combined with by")
        control.run_groups(self, names, groups(data, names), command_text, entry[0] if entry else "")

    # commands

    def command(self, word: str, rest: str) -> None:
        """Runs a command by name: the engine's own, then programs, then ado-files; r(199) otherwise."""
        session = self.session
        entry = registry.find(word)
        if entry is not None and (not rest or not rest[0].isalnum()):
            return self._guarded(entry, rest)
        program = session.programs.get(word) or self.load_ado(word)
        if program is not None:
            return self.call(program, rest)
        if is_stata_command(word):
            raise gap(f"command {word}")
        raise StataError(199, f"command {word} is unrecognized")

    def _guarded(self, entry: tuple[str, registry.Handler], rest: str) -> None:
        """Runs a handler; a failure inside the engine is shown as what it is, a gap, and not as a fault of the do-file."""
        try:
            entry[1](self.session, rest)
        except (StataError, StopDo, StopStata, ContinueLoop):
            raise
        except Exception as error:
            raise gap(f"a case of command {entry[0]} ({type(error).__name__})") from error

    def load_ado(self, word: str) -> Program | None:
        path = adopath.find(self.session, word)
        if path is None:
            return None
        self.loading_ado = True
        try:
            with self.session.out.set_mode("quiet"), control.scope(self, []):
                self.run(scan(path.read_text(encoding="utf-8", errors="replace")), echo=False)
        finally:
            self.loading_ado = False
        return self.session.programs.get(word)

    def call(self, program: Program, rest: str) -> None:
        """Runs a program with `rest` as its arguments; an r-class program replaces r() when it ends."""
        session = self.session
        text = rest.strip()
        session.returning.append({})
        try:
            with control.scope(self, split_words(text), text):
                self.run(program.lines, echo=False)
        except StopDo:
            pass
        except StataError as error:
            self.report(error)
            raise
        finally:
            returned = session.returning.pop()
            if program.rclass:
                session.results["r"] = returned
