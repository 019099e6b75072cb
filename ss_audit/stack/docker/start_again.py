"""Starts anew containers of somebody else's that the audit had stopped; run by the keeper when the audit has died.

`python -I start_again.py ID…`. Ends with 0, or 1 when one could not be, or the engine did not answer. Each is restarted also
where it runs: a stop that was asked for goes on in the engine when nobody waits for it any more, and would end what had only
been started.
"""

import sys

import docker
import requests
from docker.errors import DockerException

SECONDS = 60
STOP_SECONDS = 10


def main(ids: list[str]) -> int:
    """Each is tried, in this order."""
    failed = False
    try:
        client = docker.from_env(version="auto", timeout=SECONDS)
    except (DockerException, requests.RequestException):
        return 1
    for name in ids:
        try:
            client.containers.get(name).restart(timeout=STOP_SECONDS)
        except (DockerException, requests.RequestException):
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
