"""The LLM relay: stands between SS and its provider, passes everything through, and records each call.

It listens on loopback only and lives in threads of the audit's process, so it dies with the audit.
"""

import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from ss_audit.evidence.model import LlmCall, Recorder
from ss_audit.witness.llm_passing import STOPPED, PassingServer
from ss_audit.witness.llm_record import CallNotes, llm_call
from ss_audit.witness.llm_upstream import Upstream

BODY_LIMIT = 256 * 1024
_STOP_SECONDS = 5.0


class LlmRelay:
    """One relay in front of one provider. Its calls are recorded through `recorder`, one entry each, when they end."""

    def __init__(
        self,
        upstream_base_url: str,
        recorder: Recorder,
        key_masks: Iterable[str] = (),
        *,
        extra_ca: Path | None = None,
        connect_timeout_seconds: float = 30.0,
        read_timeout_seconds: float = 600.0,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        """In: the provider's base URL as SS would have been given it; secrets that must not appear in any entry, besides
        the key that passes through; a PEM file of further authorities to trust; how long SS's own client would wait for
        the provider; how many characters of a body to keep. Raises ValueError for a URL that can't be a provider's.
        """
        self.upstream = Upstream(
            upstream_base_url,
            extra_ca=extra_ca,
            connect_timeout_seconds=connect_timeout_seconds,
            read_timeout_seconds=read_timeout_seconds,
        )
        self._recorder = recorder
        self._key_masks = tuple(filter(None, (*key_masks, self.upstream.password)))
        self._body_limit = body_limit
        self._state = threading.Condition()
        self._pending: list[CallNotes] = []
        self._calls: list[LlmCall] = []
        self._failures: list[str] = []
        self._sockets: set[socket.socket] = set()
        self._server: PassingServer | None = None
        self._thread: threading.Thread | None = None
        self.stopping = False

    def start(self) -> None:
        """Listens on a free port of 127.0.0.1."""
        self._server = PassingServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="llm-relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection; a call that was under way is recorded as broken off by us. Stopping twice does nothing."""
        if self._server is None or self._thread is None:
            return
        self.stopping = True
        self._server.shutdown()
        self._thread.join()
        with self._state:
            open_sockets = list(self._sockets)
        for each in open_sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # below TLS: another thread reads it
        self.wait_until_quiet(_STOP_SECONDS)
        for notes in list(self._pending):
            notes.failure, notes.failure_is_ours = STOPPED, True
            self.finish(notes)
        self._server.server_close()
        self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """What to set as SS_LLM_BASE_URL (and 127.0.0.1 in NO_PROXY): the relay's address with the provider's own base path."""
        if self._server is None:
            raise RuntimeError("the LLM relay is not running")
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.upstream.path}"

    def calls(self) -> tuple[LlmCall, ...]:
        """The calls that have ended, in the order of their ends. A call is here before SS has the last byte of its answer."""
        with self._state:
            return tuple(self._calls)

    @property
    def pending(self) -> int:
        """Calls under way."""
        with self._state:
            return len(self._pending)

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong in the relay itself; anything here makes the run INCONCLUSIVE, blame audit."""
        with self._state:
            return tuple(self._failures)

    def wait_until_quiet(self, timeout_seconds: float) -> bool:
        """Waits until no call is under way. Out: whether that came about in time."""
        with self._state:
            return self._state.wait_for(lambda: not self._pending, timeout_seconds)

    def arrive(self, notes: CallNotes) -> None:
        """Notes a call before anything is done about it."""
        with self._state:
            self._pending.append(notes)

    def finish(self, notes: CallNotes) -> None:
        """Records a call, once; later calls for the same one do nothing."""
        with self._state:
            if notes not in self._pending:
                return
            try:
                entry = llm_call(notes, self.upstream.origin, self.upstream.host, self._key_masks, self._body_limit)
                self._calls.append(self._recorder.record(entry))
            except Exception as error:
                self._failures.append(f"{notes.method} {notes.target.partition('?')[0]} not recorded: {error!r}")
            finally:
                self._pending.remove(notes)
                self._state.notify_all()

    def fail(self, what: str) -> None:
        """Notes a fault of the relay's own."""
        with self._state:
            self._failures.append(what)

    @contextlib.contextmanager
    def holding(self, held: socket.socket) -> Iterator[None]:
        """Keeps a socket where `stop` can end it."""
        with self._state:
            self._sockets.add(held)
        try:
            yield
        finally:
            with self._state:
                self._sockets.discard(held)
