"""What the answer to a probe says about a route: pure judgements over exchanges.

A route is probed in one of two ways: *directly*, by the method that it declares, only where HTTP calls that method safe
(RFC 9110 section 9.2.1); or *sideways*, by a method that its path does not declare, which an existing path answers
with 405 and an absent one with 404. Either way a control, the same method on a path that can't exist, says what absence
looks like on this server.
"""

import json
import re
from typing import Any, Literal
from urllib.parse import urlsplit

from ss_audit.evidence.model import Exchange, Fact

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_CODE_FIELDS = ("error_code", "code", "error", "detail", "title", "message")


class Reachability(Fact):
    """Is the route connected to the running application, and why we say so.

    `settled` is False when the answer leaves something open: only the path was shown to exist, not that it takes the
    route's method; or what looks like an absent path may be a handler's own answer.
    """

    state: Literal["connected", "disconnected", "undetermined"]
    reason: str
    settled: bool = True


def classify(route: tuple[str, str], probe: Exchange, control: Exchange, *, catch_all: bool = False) -> Reachability:
    """In: a route (method, path template), the exchange that probed it, and its control (same method, impossible path).

    `catch_all`: does a mount at `/` (a single-page application) serve whatever no route takes? Then a path answers
    404 instead of 405 to a method that it does not declare, and a sideways 404 says nothing.
    """
    if probe.status is None or control.status is None:
        unanswered = probe if probe.status is None else control
        return undetermined(f"no answer to {unanswered.method} {unanswered.url}: {unanswered.failure}")
    direct = probe.method == route[0] or (route[0] == "MOUNT" and probe.method == "GET")
    seen = f"{probe.method} answers {probe.status}{_code_shown(probe)}"
    # No handler answers an undeclared method, so sideways the status alone tells; directly a handler's words count.
    same = same_answer(probe, control) if direct else probe.status == control.status
    if probe.status == 429 or (probe.status >= 500 and not direct):
        return undetermined(f"{seen}, which says nothing about the path")
    if same:
        if probe.status != 404:
            return undetermined(f"{seen}, as a path that can't exist does")
        if catch_all and not direct:
            return undetermined(f"{seen}, which under a mount at / any path does for a method it does not declare")
        # A handler may answer so too, about an id that it does not know: a direct 404 is no last word.
        return Reachability(state="disconnected", reason=f"{seen}, as a path that can't exist does", settled=not direct)
    if _adds_a_slash(probe):
        told = f"{seen}, a redirect to the same path with or without its last slash"
        # A route of that very path would have refused the undeclared method instead.
        return undetermined(told) if direct or catch_all else Reachability(state="disconnected", reason=told)
    if probe.status == 405 and direct:
        return Reachability(state="disconnected", reason=f"{seen}: the path exists, without this method")
    told = f"{seen}; a path that can't exist answers {control.status}{_code_shown(control)}"
    return Reachability(state="connected", reason=told, settled=direct or _allows(probe, route[0]))


def is_catch_all(root: Exchange) -> bool:
    """Does `GET /` give a web page? Then an application is mounted there that takes what no route takes."""
    return root.is_success and _media_type(root) == "text/html"


def undetermined(reason: str) -> Reachability:
    """Nothing can be said, and why."""
    return Reachability(state="undetermined", reason=reason, settled=False)


def same_answer(one: Exchange, other: Exchange) -> bool:
    """Status, media type, and error code or else text are the same, the path that was asked for aside."""
    return (one.status, _media_type(one), _told(one)) == (other.status, _media_type(other), _told(other))


def _media_type(exchange: Exchange) -> str:
    declared = next((value for name, value in exchange.response_headers if name.lower() == "content-type"), "")
    return (declared or exchange.response_body.media_type).split(";")[0].strip().lower()


def _told(exchange: Exchange) -> str:
    code = _code(exchange)
    if code:
        return code
    return _without_path(exchange, exchange.response_body.text or "")


def _without_path(exchange: Exchange, text: str) -> str:
    path = urlsplit(exchange.url).path
    return text.replace(path, "<path>") if len(path) > 1 else text


def _code(exchange: Exchange) -> str:
    """The first field of a JSON error that says which error it is, its path aside; empty when there is none."""
    try:
        content: Any = json.loads(exchange.response_body.text or "")
    except (ValueError, RecursionError):
        return ""
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        content = content["error"]
    if not isinstance(content, dict):
        return ""
    found = next((content[name] for name in _CODE_FIELDS if isinstance(content.get(name), str)), "")
    return _without_path(exchange, found)


def _code_shown(exchange: Exchange) -> str:
    code = _code(exchange)
    return f" ({code})" if code else ""


def _adds_a_slash(exchange: Exchange) -> bool:
    """A redirect that a framework gives by itself to the twin of a route: it is no route of that path.

    Frameworks and proxies redirect to a whole URL; a location without a host was written by a handler.
    """
    location = next((value for name, value in exchange.response_headers if name.lower() == "location"), "")
    asked, told = urlsplit(exchange.url).path, urlsplit(location)
    twins = told.netloc != "" and told.path != asked and told.path.rstrip("/") == asked.rstrip("/")
    return exchange.status in (301, 302, 307, 308) and twins


def _allows(exchange: Exchange, method: str) -> bool:
    allowed = next((value for name, value in exchange.response_headers if name.lower() == "allow"), "")
    return method in re.split(r"\s*,\s*", allowed.strip().upper())
