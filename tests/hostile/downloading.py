"""Downloads one artifact as the audit does, in a process of its own, and tells what that took.

    python -m hostile.downloading BASE_URL FOLDER LIMIT

Out, as JSON: the artifact's body, the exchange's status, seconds, the highest memory (bytes), what lies on the disk (bytes).
"""

import json
import re
import resource
import sys
import time
from pathlib import Path

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.redaction import Redactor
from ss_audit.ss.client import Access, SSClient

TOKEN = "ssv1.job-1.0123456789abcdef0123456789abcdef"


def main(base_url: str, folder: str, limit: str) -> None:
    redactor = Redactor()
    redactor.learn(TOKEN, "token")
    archive = Archive(Path(folder) / "data", redactor, int(limit))
    client = SSClient(base_url, archive, timeout=300)
    begun, before = time.monotonic(), _highest_memory()
    exchange, _ = client.download(Access("job-1", TOKEN), {"rel_path": "big.bin"})
    told = {
        "body": exchange.response_body.model_dump(mode="json"),
        "status": exchange.status,
        "failure": exchange.failure,
        "seconds": round(time.monotonic() - begun, 1),
        "memory": _highest_memory(),
        "memory_before": before,
        "on_disk": sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()),
    }
    client.close()
    archive.close()
    print(json.dumps(told))


def _highest_memory() -> int:
    """Of this program alone where the system tells it; `ru_maxrss` counts what it was started from as well."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
