"""Looks at everything that an audit with these settings would use, and says what it found; starts no SS."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ss_audit.doctor import (
    containers,
    look_engine,
    look_machine,
    look_provider,
    look_remote,
    look_stata,
    parts,
    provider,
    remote,
    scenarios,
)
from ss_audit.doctor.model import Item, ProviderCall, ProviderSeen, StataSeen
from ss_audit.lab.stacks import CHECKOUT_LIBRARY, REFERENCE_LIBRARY
from ss_audit.lab.witnesses import PROVIDER_OF_SS
from ss_audit.settings import InForce, llm_configured, read, stata_configured
from ss_audit.settings_docker import docker_problems
from ss_audit.ss.own_data import own_data_problems
from ss_audit.stack.sources import LIBRARY_VARIABLE, OUR_ROOT


def examined(
    given: Mapping[str, str],
    call_provider: bool,
    announce: Callable[[str], None] = print,
    environment: Mapping[str, str] | None = None,
) -> tuple[Item, ...]:
    """In: the settings of the command line, whether one call may be made, who is told of its cost before, and the environment
    (None: this process's). Out: all items, also where an audit would refuse to start.
    """
    reading = read(given, environment, OUR_ROOT)
    items = tuple(_parts(reading.in_force, reading.refused, call_provider, announce))
    return (*items, *scenarios.of_scenarios(reading.in_force, {item.what for item in items if item.state == "missing"}))


def _parts(in_force: InForce, refused: tuple[str, ...], call_provider: bool, announce: Callable[[str], None]) -> Iterator[Item]:
    settings, ss = in_force.settings, in_force.ss
    yield from parts.of_settings(in_force, refused)
    checkout = look_machine.checkout(settings.ss_root) if settings.ss_root else None
    yield from parts.of_stack(in_force, checkout)
    if in_force.stack == "remote" and settings.base_url:
        yield from remote.of_remote(look_remote.remote(settings))
    if in_force.stack == "docker" and not docker_problems(settings.model_dump(mode="json")):
        found = look_engine.containers(settings)
        yield containers.of_containers(found, settings.profile == "production")
        yield from containers.of_logs(found)
    if scenarios.is_attached(settings):
        yield from remote.of_means(look_remote.means(settings))
    if _starts_processes(in_force):
        seen = look_machine.interpreter(_python(in_force))
        yield parts.of_interpreter(seen, settings.ss_python is not None or in_force.stack == "reference")
    yield parts.of_stata(in_force, _stata(in_force))
    where = _provider(in_force)
    yield from provider.of_provider(in_force, where)
    yield from provider.of_call(in_force, _call(in_force, where, announce) if call_provider else None)
    if folder := _library(in_force):
        yield parts.of_library(look_machine.library(folder))
    if settings.dataset is None or not own_data_problems(settings.dataset.expanduser()):
        yield parts.of_data(look_machine.data(settings.dataset) if settings.dataset else None)
    yield from parts.of_object_store(ss)
    yield from parts.of_machine(look_machine.machine(OUR_ROOT, OUR_ROOT / settings.reports_dir))


def _starts_processes(in_force: InForce) -> bool:
    """A stack that runs on an interpreter of this machine."""
    refused = in_force.settings.profile == "production" and in_force.settings.stack is None
    return in_force.stack in ("reference", "checkout") and not refused


def _python(in_force: InForce) -> str:
    named = in_force.settings.ss_python if in_force.stack == "checkout" else None
    return named or sys.executable


def _stata(in_force: InForce) -> StataSeen | None:
    if in_force.stata != "real" or in_force.stack in ("remote", "docker"):
        return None
    if not stata_configured(in_force.ss):
        return StataSeen(problem="SS_STATA_CMD is not set")
    return look_stata.tried(in_force.ss["SS_STATA_CMD"], in_force.ss, in_force.settings.timeout_startup)


def _provider(in_force: InForce) -> ProviderSeen | None:
    if in_force.llm != "real" or in_force.stack == "remote":
        return None
    return look_provider.found(in_force.ss.get("SS_LLM_BASE_URL") or PROVIDER_OF_SS)


def _call(in_force: InForce, where: ProviderSeen | None, announce: Callable[[str], None]) -> ProviderCall | None:
    """Nothing is sent without a key, nor to a place that has no TLS and is not this machine."""
    if where is None or not where.host or not llm_configured(in_force.ss):
        return None
    if not where.encrypted and where.locality != "loopback":
        return None
    settings, ss = in_force.settings, in_force.ss
    announce(f"Asking {where.host} one question as {settings.llm_model}: {provider.COST}.")
    url = ss.get("SS_LLM_BASE_URL") or PROVIDER_OF_SS
    return look_provider.asked(url, ss["SS_LLM_API_KEY"].strip(), settings.llm_model, settings.timeout_http)


def _library(in_force: InForce) -> Path | None:
    """Where SS's library should lie; None when that is not to be seen from here."""
    root, named = in_force.settings.ss_root, in_force.ss.get(LIBRARY_VARIABLE)
    if in_force.stack == "checkout" and root is not None:
        return root.expanduser().absolute() / Path(named or CHECKOUT_LIBRARY).expanduser()
    if in_force.stack == "reference" and in_force.settings.profile == "rehearsal":
        return OUR_ROOT / (named or REFERENCE_LIBRARY)
    return None
