"""Worker of the fake SS: logs its start and waits."""

import json
import signal

print(json.dumps({"event": "SS_WORKER_STARTUP"}), flush=True)
signal.sigwait({signal.SIGTERM})
