"""A worker that says that it started, and waits: `python -m rehearsal.faults.programs.null_worker`."""

import threading

if __name__ == "__main__":
    print("SS_WORKER_STARTUP", flush=True)
    threading.Event().wait()
