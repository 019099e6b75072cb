"""Macro substitution: a do-file line is text first, and its macros are replaced before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable

from rehearsal.stata.words import quote_end

_GLOBAL = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_RESULT = re.compile(r"[resc]\(\w+\)$")
_STEP = re.compile(r"^(\+\+|--)?([A-Za-z_]\w*)(\+\+|--)?$")


class MacroStore:
    """Global macros, and a stack of local scopes: one for each do-file or program that runs."""

    def __init__(self) -> None:
        self.globals: dict[str, str] = {}
        self._scopes: list[dict[str, str]] = [{}]

    @property
    def locals(self) -> dict[str, str]:
        return self._scopes[-1]

    @property
    def caller(self) -> dict[str, str]:
        return self._scopes[-2] if len(self._scopes) > 1 else self._scopes[-1]

    def push(self, initial: dict[str, str]) -> None:
        self._scopes.append(initial)

    def pop(self) -> None:
        self._scopes.pop()

    def set_local(self, name: str, text: str) -> None:
        if text:
            self.locals[name] = text
        else:
            self.locals.pop(name, None)

    def set_global(self, name: str, text: str) -> None:
        if text:
            self.globals[name] = text
        else:
            self.globals.pop(name, None)


class Expander:
    """Replaces `` `x' ``, `` `=exp' ``, `` `: function' ``, `` `++i' ``, `$x` and `${x}` in text, inside out."""

    def __init__(
        self,
        store: MacroStore,
        evaluate: Callable[[str], str],
        extended: Callable[[str], str],
        system_global: Callable[[str], str | None],
    ) -> None:
        self._store = store
        self._evaluate = evaluate
        self._extended = extended
        self._system_global = system_global

    def expand(self, text: str) -> str:
        if "`" not in text and "$" not in text:
            return text
        out: list[str] = []
        index = 0
        while index < len(text):
            char = text[index]
            if char == "\\" and text[index + 1 : index + 2] in ("`", "$"):
                out.append(text[index + 1])
                index += 2
            elif char == "`" and text[index + 1 : index + 2] != '"':
                end = _macro_end(text, index)
                if end < 0:
                    out.append(char)
                    index += 1
                else:
                    out.append(self._local(text[index + 1 : end]))
                    index = end + 1
            elif char == "$":
                value, index = self._dollar(text, index)
                out.append(value)
            else:
                out.append(char)
                index += 1
        return "".join(out)

    def _dollar(self, text: str, index: int) -> tuple[str, int]:
        if text.startswith("${", index):
            end = text.find("}", index)
            if end > 0:
                return self._global(self.expand(text[index + 2 : end])), end + 1
        found = _GLOBAL.match(text, index)
        if found:
            return self._global(found[1] or found[2]), found.end()
        if text.startswith("$`", index):
            end = _macro_end(text, index + 1)
            if end > 0:
                return self._global(self._local(text[index + 2 : end])), end + 1
        return "$", index + 1

    def _global(self, name: str) -> str:
        special = self._system_global(name)
        return self.expand(self._store.globals.get(name, "")) if special is None else special

    def _local(self, body: str) -> str:
        inner = self.expand(body)
        if inner.startswith("="):
            return self._evaluate(inner[1:])
        if inner.startswith(":"):
            return self._extended(inner[1:].strip())
        if inner.startswith("macval(") and inner.endswith(")"):
            return self._store.locals.get(inner[7:-1], "")
        step = _STEP.match(inner)
        if step and (step[1] or step[3]):
            return self._stepped(step[2], step[1], step[3])
        if _RESULT.match(inner):
            return self._result(inner)
        value = self._store.locals.get(inner, "")
        return self.expand(value) if "`" in value or "$" in value else value

    def _result(self, name: str) -> str:
        """`` `r(mean)' ``: a result as text; nothing when it is not there."""
        value = self._evaluate(name)
        return "" if value == "." else value

    def _stepped(self, name: str, before: str | None, after: str | None) -> str:
        old = self._store.locals.get(name, "0")
        sign = "+" if "+" in (before or after or "") else "-"
        new = self._evaluate(f"{old} {sign} 1")
        self._store.set_local(name, new)
        return new if before else old


def _macro_end(text: str, start: int) -> int:
    """The index of the `'` that closes the macro opened by the backquote at `start`; -1 when there is none."""
    depth = 0
    index = start
    while index < len(text):
        if text.startswith('`"', index) and index != start:
            index = quote_end(text, index)
            continue
        if text[index] == "`":
            depth += 1
        elif text[index] == "'":
            depth -= 1
            if not depth:
                return index
        index += 1
    return -1
