"""Keeping a claim in force while its job runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.reference_ss.store.queue import Claim, Queue

_RENEWALS_PER_LEASE = 4


@contextmanager
def renewed(queue: Queue, claim: Claim, worker_id: str, lease_seconds: float) -> Iterator[None]:
    """Renew the lease in the background until the block ends, or until the claim has passed to another worker."""
    over = threading.Event()

    def keep_renewing() -> None:
        while not over.wait(lease_seconds / _RENEWALS_PER_LEASE) and queue.renew(claim, worker_id):
            pass

    thread = threading.Thread(target=keep_renewing, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
