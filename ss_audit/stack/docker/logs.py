"""Reading a container's log through the engine: where we stood, and what came since."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from docker.models.containers import Container

from ss_audit.stack.docker.engine import NoSuchThing, explained
from ss_audit.stack.logs import LOST


class Place(NamedTuple):
    """A place in a container's log: the last line read, with the engine's time stamp before it; empty: its beginning."""

    line: str = ""


class ContainerLog:
    """Standard output and error of one container, over its restarts. Lines are UTF-8; what is not shows as U+FFFD.

    The engine stamps each line. A log that was cut or rotated, or whose container was replaced, no longer has the line that
    we read last: then the first line that is returned says so. In: what gives the container of the moment, if there is one.
    """

    def __init__(self, container: Callable[[], Container | None]) -> None:
        self._container = container

    def mark(self) -> Place:
        """The end of what has been written."""
        lines = self._read(tail=1)
        return Place(lines[-1] if lines else "")

    def since(self, place: Place) -> tuple[str, ...]:
        """Every line since then, without the stamps."""
        if not place.line:
            return tuple(map(_unstamped, self._read()))
        lines = self._read(since=_seconds(place.line))
        if place.line in lines:
            # Twice the same line at the same nanosecond can't be told apart; the last is the one that was read.
            new = lines[len(lines) - lines[::-1].index(place.line) :]
            return tuple(map(_unstamped, new))
        return (LOST, *map(_unstamped, lines or self._read()))

    def since_second(self, moment: float | None) -> tuple[str, ...]:
        """Every line from that second on, without the stamps; from the beginning where no moment is known."""
        return tuple(map(_unstamped, self._read(since=None if moment is None else math.floor(moment))))

    def tail(self, place: Place, count: int = 15) -> tuple[str, ...]:
        """The last `count` non-empty lines since then."""
        return tuple(line for line in self.since(place) if line.strip())[-count:]

    def _read(self, tail: int | None = None, since: int | None = None) -> list[str]:
        container = self._container()
        if container is None:
            return []
        count: int | Literal["all"] = tail or "all"
        try:
            with explained(f"the log of {container.name} was asked for"):
                content = container.logs(stdout=True, stderr=True, timestamps=True, tail=count, since=since)
        except NoSuchThing:
            return []
        return [line.removesuffix("\r") for line in content.decode("utf-8", "replace").split("\n") if line]


def _unstamped(line: str) -> str:
    return line.partition(" ")[2]


def _seconds(line: str) -> int:
    """The whole second of the stamp: the engine's filter takes no fraction that a float could hold."""
    return math.floor(datetime.fromisoformat(line.partition(" ")[0].replace("Z", "+00:00")).timestamp())
