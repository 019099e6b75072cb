"""Answers that do harm to whoever takes them: broken off, leading elsewhere, with names and texts that are traps."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of
from rehearsal.faults.rewriting import answering

GROUP = "answers"
HARMLESS = "What SS answers can be taken without harm"
PLAIN = "SS's answers are plain"
SECRECY = "SS keeps secrets to itself"


def _breaks_off() -> None:
    from starlette.responses import FileResponse

    @instead_of(FileResponse, "_handle_simple")
    async def send_half(_original: Any, self: Any, send: Any, *_: Any) -> None:
        content = open(self.path, "rb").read()  # noqa: PTH123, SIM115  (a path of the framework's)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": False})


def _with_header(name: str, text: str) -> None:
    """Adds a header to every answer."""
    from starlette.datastructures import MutableHeaders

    from rehearsal.reference_ss.api import request_log

    vars(request_log)["MutableHeaders"] = lambda scope: _also(MutableHeaders(scope=scope), name, text)


def _also(headers: Any, name: str, text: str) -> Any:
    headers[name] = text
    return headers


def _listing(change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Alters the rows of the artifact index."""

    def altered(status: int, value: Any) -> tuple[int, Any]:
        if value.get("artifacts"):
            change(value["artifacts"])
        return status, value

    answering(altered)


def _dots(rows: list[dict[str, Any]]) -> None:
    rows[0]["rel_path"] = f"../../{rows[0]['rel_path']}"


def _in_capitals_too(rows: list[dict[str, Any]]) -> None:
    rows.append({**rows[0], "rel_path": rows[0]["rel_path"].upper()})


def _coloured() -> None:
    def altered(status: int, value: Any) -> tuple[int, Any]:
        return status, {**value, "note": "\x1b[8mnothing to see here\x1b[0m"}

    answering(altered)


def _key_in_an_answer() -> None:
    import os

    answering(lambda status, value: (status, {**value, "debug": {"provider_key": os.environ["SS_LLM_API_KEY"]}}))


# What the spec does not ask for is an advisory: it never moves the verdict, and a part of an audit alone is INCONCLUSIVE.
_fault = partial(Fault, group=GROUP, verdict="NOT READY", where=("api",))
_advised = partial(_fault, scenario=PLAIN, severity="minor", verdict="INCONCLUSIVE", blame="operator")
FAULTS = (
    _fault(
        name="answers-break-off",
        what="Downloads announce their length and end after half of it.",
        apply=_breaks_off,
        scenario=HARMLESS,
        check="manners.every_answer_is_whole",
        saw="broken off: .*received [0-9]+ bytes, expected [0-9]+",
        severity="major",
    ),
    _fault(
        name="answers-lead-elsewhere",
        what="Every answer sends the caller on to a host of somebody else.",
        apply=lambda: _with_header("Location", "https://elsewhere.example/v1"),
        scenario=HARMLESS,
        check="manners.no_answer_leads_elsewhere",
        saw="(?i)location leads to elsewhere.example",
        severity="critical",
    ),
    _fault(
        name="answers-names-out-of-the-folder",
        what="A result's name in the index leads out of the folder into which it is downloaded.",
        apply=lambda: _listing(_dots),
        scenario=HARMLESS,
        check="manners.names_lead_nowhere_else",
        saw="leads out of its folder",
        severity="critical",
    ),
    _advised(
        name="answers-names-in-capitals-too",
        what="Two results have names that differ in nothing but capitals.",
        apply=lambda: _listing(_in_capitals_too),
        check="manners.names_fit_every_system",
        saw="differs from another in case only",
    ),
    _advised(
        name="answers-with-a-huge-header",
        what="Every answer has a header of nine thousand characters.",
        apply=lambda: _with_header("X-Trace", "t" * 9000),
        check="manners.heads_are_of_a_usual_size",
        saw="headers, the longest of 9[0-9]{3} characters",
    ),
    _advised(
        name="answers-with-control-characters",
        what="A text in the answers hides what stands after it on a terminal.",
        apply=_coloured,
        check="manners.texts_hold_no_control_characters",
        saw=r"x1b",
    ),
    _advised(
        name="answers-with-the-providers-key",
        what="Answers show the key with which SS calls its provider.",
        apply=_key_in_an_answer,
        scenario=SECRECY,
        check="secrecy.answers_hold_no_key",
        saw="api key",
        severity="critical",
    ),
)
