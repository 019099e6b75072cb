"""What was found of the LLM provider, as items. Pure; a key is never among what it sees."""

from collections.abc import Iterator

from ss_audit.doctor.model import Item, ProviderCall, ProviderSeen
from ss_audit.settings import FORCED_MODEL, InForce, llm_configured

QUESTION = "Answer with the word yes."
MOST_ANSWER_TOKENS = 16
COST = f"about 15 tokens of question, at most {MOST_ANSWER_TOKENS} of answer"


def of_provider(in_force: InForce, seen: ProviderSeen | None) -> Iterator[Item]:
    """Who would answer SS, and whether that can count as the provider."""
    if in_force.llm == "rehearsal" and in_force.stack == "remote":
        detail = "declared to stand in over there, by default in a rehearsal"
        yield Item(what="LLM", state="note", detail=detail, remedy="-D llm=real if a real one answers")
        return
    if in_force.llm == "rehearsal":
        remedy = "for a real one export SS_LLM_PROVIDER, SS_LLM_BASE_URL and SS_LLM_API_KEY"
        yield Item(what="LLM", state="note", detail="the rehearsal LLM stands in (python -m rehearsal.llm)", remedy=remedy)
        return
    if in_force.stack == "remote":
        yield Item(what="LLM", state="note", detail="whatever the deployment uses; it can't be seen from here")
        return
    yield from _variables(in_force.ss)
    if seen is not None:
        yield from _host(in_force, seen)
    yield from _model(in_force)


def _variables(ss: dict[str, str]) -> Iterator[Item]:
    provider = ss.get("SS_LLM_PROVIDER", "").strip()
    if provider.lower() in ("", "stub"):
        detail = f"SS_LLM_PROVIDER is {repr(provider) if provider else 'not set'}, and SS does not start with that"
        remedy = "export SS_LLM_PROVIDER=openai_compatible, or whatever your SS calls its provider"
        yield Item(what="LLM", state="missing", detail=detail, remedy=remedy)
    if not ss.get("SS_LLM_API_KEY", "").strip():
        remedy = "export SS_LLM_API_KEY; it is never shown and never stored"
        yield Item(what="LLM key", state="missing", detail="SS_LLM_API_KEY is not set", remedy=remedy)
    if llm_configured(ss):
        yield Item(what="LLM", state="ok", detail=f"SS_LLM_PROVIDER is {provider}, the key is set")


def _host(in_force: InForce, seen: ProviderSeen) -> Iterator[Item]:
    said = "SS_LLM_BASE_URL" if in_force.ss.get("SS_LLM_BASE_URL") else "SS's own default, since SS_LLM_BASE_URL is not set"
    if not seen.host:
        remedy = "export SS_LLM_BASE_URL=https://host/v1"
        yield Item(what="LLM host", state="missing", detail=seen.problem or "it has none", remedy=remedy)
        return
    remedy = ""
    if seen.locality == "loopback":
        problem, remedy = "this machine, which never counts as the provider", "point SS_LLM_BASE_URL to the provider itself"
    elif not seen.encrypted:
        problem, remedy = "without TLS nobody knows who answers", "use an https address"
    elif seen.problem:
        problem, remedy = seen.problem, "look at the name, at DNS and at this machine's way out"
    else:
        problem = ""
    where = "through a proxy" if seen.proxied else f"{seen.locality} address"
    detail = f"{seen.origin} ({said}; {where})" + (f": {problem}" if problem else "")
    yield Item(what="LLM host", state="missing" if problem else "ok", detail=detail, remedy=remedy)
    if seen.locality != "loopback":
        yield _listed(in_force, seen)


def _listed(in_force: InForce, seen: ProviderSeen) -> Item:
    hosts = in_force.settings.llm_hosts
    if seen.host in hosts:
        private = "; its address is private, and the verdict will say so" if seen.locality == "private" else ""
        return Item(what="LLM host list", state="ok", detail=f"{seen.host} is listed in llm_hosts{private}")
    detail = f"{seen.host} is not in llm_hosts ({', '.join(hosts) or 'none are listed'}), so it does not count as the provider"
    return Item(what="LLM host list", state="missing", detail=detail, remedy=f"-D llm_hosts={seen.host}, if it is the provider")


def _model(in_force: InForce) -> Iterator[Item]:
    forced = in_force.settings.llm_model
    if forced != FORCED_MODEL:
        remedy = f"leave out llm_model: the spec forces {FORCED_MODEL}"
        yield Item(what="LLM model", state="note", detail=f"{forced}, not the one that the spec names", remedy=remedy)
    else:
        own = in_force.ss.get("SS_LLM_MODEL", "").strip()
        other = f"; SS_LLM_MODEL is {own}, the audit starts SS with the forced one" if own not in ("", forced) else ""
        yield Item(what="LLM model", state="note" if other else "ok", detail=forced + other)


def of_call(in_force: InForce, call: ProviderCall | None) -> Iterator[Item]:
    """What one call showed; when none was made, how to have one made and what it costs."""
    if in_force.llm == "rehearsal" or in_force.stack == "remote":
        return
    if call is None:
        remedy = f"--call-provider makes one call: {COST}"
        yield Item(what="LLM answers", state="note", detail="not tried", remedy=remedy)
        return
    spent = "the provider counted no tokens"
    if call.prompt_tokens is not None or call.answer_tokens is not None:
        spent = f"it cost {call.prompt_tokens or 0} tokens of question and {call.answer_tokens or 0} of answer"
    echoes = (in_force.settings.llm_model, *in_force.settings.llm_model_echoes)
    remedy, state = "", "missing"
    if call.failure:
        detail, remedy = f"no: {call.failure}", "look at the address, at this machine's way out, and at the certificate"
    elif call.status != 200:
        detail, remedy = f"no: HTTP {call.status}", "look at the key, at the account, and whether it may use the model"
    elif call.model_echoed not in echoes:
        detail = f"yes, but it says that {call.model_echoed or 'nothing'} answered; {spent}"
        remedy = "have it serve the forced model, or name its way of calling it in llm_model_echoes"
    else:
        state, detail = "ok", f"yes, as {call.model_echoed}; {spent}"
    yield Item(what="LLM answers", state="ok" if state == "ok" else "missing", detail=detail, remedy=remedy)
