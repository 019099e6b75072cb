"""What must be said, and how, for an SS that runs elsewhere. Pure; whether files and programs are there is the doctor's."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

COMMANDS = (
    "tunnel_command", "restart_command", "api_log_command", "worker_log_command", "start_commands",
    "package_remove_command", "package_install_command", "library_swap_command", "library_restore_command",
    "llm_usage_command",
)  # fmt: skip
NEEDED = {
    "library_swap_command": ("library",),
    "package_install_command": ("package", "ado_file"),
    "package_remove_command": ("package",),
}
"""For each command the placeholders of which it needs one: without any it would do the same whatever is asked of it."""


def remote_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is in the way of `stack=remote`, in words. In: all settings by name, None for what was not given."""
    found = list(_address(settings.get("base_url")))
    if settings.get("task_codes") is None:
        found.append("stack=remote needs task_codes, a file with one unused task code a line")
    found += command_problems(settings)
    found += _way_back(settings)
    return [*found, *proxy_problems(settings)]


def proxy_problems(settings: Mapping[str, Any]) -> Iterator[str]:
    """Only what speaks HTTP is a proxy here: the audit has no other."""
    proxy = settings.get("proxy")
    if proxy is not None and urlsplit(proxy).scheme not in ("http", "https"):
        scheme = urlsplit(proxy).scheme
        other = "; for SOCKS use a tunnel_command" if scheme.startswith("socks") else ""
        yield f"proxy must be a URL such as http://proxy.example.org:3128, not one of {scheme or 'no scheme'}{other}"


def _way_back(settings: Mapping[str, Any]) -> Iterator[str]:
    """A library that is swapped has to be made from one, and what SS is put back on has to be SS's own."""
    if not settings.get("library_swap_command") or settings.get("library_source"):
        return
    if not settings.get("ss_root"):
        yield "library_swap_command needs library_source (or ss_root): an altered library is made from SS's own"
    elif not settings.get("library_restore_command"):
        yield (
            "library_swap_command needs library_source or library_restore_command: at the end SS is put back on its own "
            "library, and the one at ss_root may be another revision"
        )


def command_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the operator's commands, in words."""
    return [problem for name in COMMANDS if settings.get(name) is not None for problem in _command(name, str(settings[name]))]


def _address(base_url: str | None) -> Iterator[str]:
    if base_url is None:
        yield "stack=remote needs base_url, e.g. -D base_url=https://ss.example.org"
        return
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"base_url must begin with https:// (or http://) and name a host, not {base_url!r}"
    if parts.username or parts.password or parts.query or parts.fragment:
        yield "base_url must be host, port and path alone: what it holds besides would be written into the evidence"


def _command(name: str, command: str) -> Iterator[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        yield f"{name} can't be split into words as a shell would: {error}"
        return
    if not words:
        yield f"{name} is empty: leave it out"
    needed = NEEDED.get(name, ())
    if needed and not any(f"{{{placeholder}}}" in command for placeholder in needed):
        yield f"{name} needs {' or '.join(f'{{{placeholder}}}' for placeholder in needed)} in it"
