"""What is secret before anything was seen: in the settings, in SS's own variables, in the audit's own environment."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from ss_audit.evidence.redaction import Redactor
from ss_audit.own_words import is_ours
from ss_audit.settings import InForce
from ss_audit.stack.environment import is_of_chance, secrets_in

IN_A_URL = re.compile(r"://(?:[^/\s:@]*):([^/\s@]+)@")


def redactor_for(in_force: InForce, environment: Mapping[str, str] | None = None) -> Redactor:
    """A redactor that knows every secret that the run starts with. In: the settings; the audit's own environment."""
    redactor = Redactor(is_word=is_ours)
    redactor.learn_all(known_secrets(in_force, os.environ if environment is None else environment))
    return redactor


def not_masked(in_force: InForce) -> tuple[str, ...]:
    """The variables of SS's whose name says secret and whose value is too short for one, or a word of ours: their names.

    They are never shown as variables, but where SS writes such a value it can't be told from other text.
    """
    redactor = Redactor(is_word=is_ours)
    given = secrets_in({**in_force.ss, **in_force.settings.ss_env})
    return tuple(name for name, value in sorted(given.items()) if not redactor.learn(value, _called(name)))


def told_of(names: tuple[str, ...]) -> str:
    """One line about them."""
    return (
        f"not masked where SS writes it, being too short for a secret or a word of the audit's own: the value of "
        f"{', '.join(names)}"
    )


def known_secrets(in_force: InForce, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name, value): variables whose name says so, passwords within URLs, unused task codes."""
    settings = in_force.settings
    for_ss = {**in_force.ss, **settings.ss_env}
    yield from _named(secrets_in(for_ss))
    yield from _named({name: value for name, value in secrets_in(environment).items() if is_of_chance(value)})
    said = [value for name in type(settings).model_fields if isinstance(value := getattr(settings, name), str)]
    yield from _passwords([*for_ss.values(), *said])
    if settings.task_codes is not None:
        for code in _lines(settings.task_codes.expanduser()):
            yield "task code", code


def secrets_of_variables(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name, value) of what is secret in the variables of an SS that others set: by their names, and passwords within URLs.

    As of our own environment only what can hardly be a word: a key there may be `rehearsal`.
    """
    found = [*_named(secrets_in(variables)), *_passwords(variables.values())]
    return ((name, value) for name, value in found if is_of_chance(value))


def _passwords(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for password in IN_A_URL.findall("\n".join(texts)):
        yield "password", password
        yield "password", unquote(password)


def _named(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((_called(name), value) for name, value in variables.items())


def _called(variable: str) -> str:
    return variable.lower().replace("_", " ")


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        return []  # whoever needs the codes says what is wrong with the file
