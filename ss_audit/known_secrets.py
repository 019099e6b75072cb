"""What is secret before anything was seen: in the settings, in SS's own variables, in the audit's own environment."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from ss_audit.evidence.redaction import Redactor
from ss_audit.settings import InForce
from ss_audit.stack.environment import secrets_in

IN_A_URL = re.compile(r"://(?:[^/\s:@]*):([^/\s@]+)@")
SHORTEST_OF_OURS = 12


def redactor_for(in_force: InForce, environment: Mapping[str, str] | None = None) -> Redactor:
    """A redactor that knows every secret that the run starts with. In: the settings; the audit's own environment."""
    redactor = Redactor()
    redactor.learn_all(known_secrets(in_force, os.environ if environment is None else environment))
    return redactor


def known_secrets(in_force: InForce, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name, value): variables whose name says so, passwords within URLs, unused task codes."""
    settings = in_force.settings
    for_ss = {**in_force.ss, **settings.ss_env}
    yield from _named(secrets_in(for_ss))
    yield from _named({name: value for name, value in secrets_in(environment).items() if _is_of_chance(value)})
    said = [value for name in type(settings).model_fields if isinstance(value := getattr(settings, name), str)]
    for password in IN_A_URL.findall("\n".join([*for_ss.values(), *said])):
        yield "password", password
        yield "password", unquote(password)
    if settings.task_codes is not None:
        for code in _lines(settings.task_codes.expanduser()):
            yield "task code", code


def _named(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name.lower().replace("_", " "), value) for name, value in variables.items())


def _is_of_chance(value: str) -> bool:
    """Of our own environment only what can hardly be a path or a word: masking one of these would hide half of the evidence."""
    return len(value) >= SHORTEST_OF_OURS and not re.search(r"[/\s]", value) and re.search(r"\d", value) is not None


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        return []  # whoever needs the codes says what is wrong with the file
