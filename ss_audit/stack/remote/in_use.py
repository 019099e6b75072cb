"""Which library an SS that ran already uses: swapped by the operator's means, and in use once SS is seen to have restarted."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ss_audit.stack.errors import NotInUse, StackError
from ss_audit.stack.interface import ROLES, RestartSeen
from ss_audit.stack.remote import signs
from ss_audit.stack.remote.library import OperatorsLibrary
from ss_audit.stack.to_undo import ToUndo


class LibraryInUse:
    """SS reads its library once per process, so that one which was swapped and not restarted may use the old one.

    In: the library by the operator's means; the list of what is to be undone; what restarts SS; the words of a command that
    does so when we are gone, None where SS may not be restarted.
    """

    def __init__(
        self,
        library: OperatorsLibrary,
        to_undo: ToUndo,
        restart: Callable[[], RestartSeen],
        way: Callable[[], Sequence[str] | None],
    ) -> None:
        self._library, self._to_undo, self._restart, self._way = library, to_undo, restart, way
        self._is_used = True
        self._stuck: dict[bool, StackError] = {}

    def run_on(self, library: Path | None) -> bool:
        """Has SS run on this library, None: its own. Out: whether it was restarted for it.

        Raises `MeansFailed`, and `NotInUse` when nothing shows that both roles started anew. What can't be done once is not
        tried again: each try may take the whole `timeout_startup`.
        """
        own = library is None
        if self._is_used and self._library.in_use == library:
            return False
        if own in self._stuck:
            raise self._stuck[own]
        try:
            self._put_on(library)
        except StackError as error:
            if own or isinstance(error, NotInUse):
                self._stuck[own] = error
            raise
        return True

    def put_back(self) -> None:
        """Has SS run on its own library, also where that could not be done before. Raises as `run_on`."""
        self._stuck.clear()
        self.run_on(None)

    def _put_on(self, library: Path | None) -> None:
        way = self._way()
        if way is None:
            raise NotInUse("there is no means to restart SS")
        self._to_undo.note("restart", "SS", "SS is restarted, so that it uses its own library", way)
        self._is_used = False
        self._library.run_on(library)
        seen = self._restart()
        if not signs.shown(seen) >= set(ROLES):
            raise NotInUse(seen.commanded.title if seen.commanded else "SS's containers were restarted")
        self._is_used = True
        if library is None:
            self._to_undo.done("restart", "SS")
