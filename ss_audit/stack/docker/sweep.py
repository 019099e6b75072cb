"""Removes every container, volume and network that carries a label of ours; run by the keeper when the audit has died.

`python -I sweep.py LABEL=VALUE`. Ends with 0, or 1 when something could not be removed or the engine did not answer.
"""

import contextlib
import sys
import time
from typing import Any

import docker
import requests
from docker import DockerClient
from docker.errors import DockerException

LABEL = "ss-audit.run"
QUIET_LOOKS, PAUSE_SECONDS, PATIENCE_SECONDS = 3, 0.5, 30.0


def labelled(client: DockerClient, label: str) -> list[Any]:
    """Everything with this `name=value` label, containers first, since they hold the rest."""
    wanted: dict[str, Any] = {"label": label}
    return [
        *client.containers.list(all=True, filters=wanted, ignore_removed=True),
        *client.volumes.list(filters=wanted),
        *client.networks.list(filters=wanted),
    ]


def remove_labelled(client: DockerClient, label: str) -> tuple[str, ...]:
    """Removes what carries the label. Out: the names of what was there."""
    found = labelled(client, label)
    for thing in found:
        with contextlib.suppress(DockerException):
            if hasattr(thing, "top"):
                thing.remove(force=True, v=True)
            else:
                thing.remove()
    return tuple(str(thing.name) for thing in found)


def main(label: str) -> int:
    """Removes until nothing has come for a while: the audit may have died while the engine was making a container."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    quiet = 0
    try:
        client = docker.from_env(version="auto", timeout=int(PATIENCE_SECONDS))
        while quiet < QUIET_LOOKS and time.monotonic() < give_up_at:
            quiet = 0 if remove_labelled(client, label) else quiet + 1
            time.sleep(PAUSE_SECONDS)
    except (DockerException, requests.RequestException):
        return 1
    return 0 if quiet == QUIET_LOOKS else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
