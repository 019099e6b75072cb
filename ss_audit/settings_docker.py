"""What must be said, and how, for an SS in containers. Pure; whether the engine has them is for the audit to find out."""

from collections.abc import Iterator, Mapping
from typing import Any

from ss_audit.settings_remote import command_problems, proxy_problems

ATTACHED = ("compose_project", "api_container", "worker_container")
WITH = "stack=docker needs docker_image, to start SS in containers of our own, or compose_project (or api_container and \
worker_container), to attach to an SS that runs"


def docker_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is in the way of `stack=docker`, in words. In: all settings by name, None for what was not given."""
    attached = [name for name in ATTACHED if settings.get(name)]
    if not settings.get("docker_image"):
        return [*_attached(settings), *command_problems(settings)] if attached else [WITH]
    both = [f"docker_image starts an SS and {name} attaches to one: say one of them" for name in attached[:1]]
    return [*both, *(problem for volume in settings.get("docker_volumes") or () for problem in _volume(volume))]


def _attached(settings: Mapping[str, Any]) -> Iterator[str]:
    named = [settings.get("api_container"), settings.get("worker_container")]
    if not settings.get("compose_project") and not all(named):
        lacking = "worker_container" if named[0] else "api_container"
        yield f"{lacking} is not named: SS's API and its worker both have to be, or compose_project"
    if settings.get("task_codes") is None and settings.get("profile") == "production":
        yield "production needs task_codes, a file with one unused task code a line, for an SS that runs already"
    yield from proxy_problems(settings)
    if settings.get("tunnel_command"):
        yield "tunnel_command is for stack=remote: open the tunnel to an SS in containers before, and give base_url"
    if settings.get("docker_volumes"):
        yield "docker_volumes are for docker_image: an SS that runs already keeps the mounts that it has"


def _volume(volume: str) -> Iterator[str]:
    parts = volume.split(":")
    if not 2 <= len(parts) <= 3 or not parts[1].startswith("/") or parts[2:] not in ([], ["ro"], ["rw"]):
        yield f"docker_volumes has {volume!r}, which is not SOURCE:/TARGET or SOURCE:/TARGET:ro"
