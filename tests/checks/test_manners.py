"""What SS answers: whole, from itself, under harmless names."""
# ruff: noqa: E501 - a table reads best with one case a line

from checks.cases import Case, holds, parametrized, row
from checks.observations import answer_of, exchange, halted, main_journey
from ss_audit.checks import manners, secrecy
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import MainJourney

GOOD = main_journey()
ALL = (
    manners.every_answer_is_whole, manners.no_answer_leads_elsewhere, manners.names_lead_nowhere_else,
    manners.names_fit_every_system, manners.heads_are_of_a_usual_size, manners.texts_hold_no_control_characters,
    secrecy.answers_hold_no_key,
)  # fmt: skip


def download(**changed: object) -> MainJourney:
    return GOOD.model_copy(update={"downloads": (GOOD.downloads[0].model_copy(update=changed), *GOOD.downloads[1:])})


def preview(**changed: object) -> MainJourney:
    assert isinstance(GOOD.preview, Exchange)
    return GOOD.model_copy(update={"preview": GOOD.preview.model_copy(update=changed)})


def leading(header: str, value: str) -> MainJourney:
    return preview(response_headers=(("Content-Type", "text/html"), (header, value)))


def masked(*names: str) -> MainJourney:
    assert isinstance(GOOD.preview, Exchange)
    return preview(response_body=GOOD.preview.response_body.model_copy(update={"masked": names, "masked_at": (7,)}))


def listing(*paths: str) -> MainJourney:
    index = answer_of(GOOD.index)
    rows = next(value for value in index.values() if isinstance(value, list))
    named = [
        {**rows[0], **{key: path for key in rows[0] if rows[0][key] == rows[0].get("rel_path", rows[0].get("path"))}}
        for path in paths
    ]
    return GOOD.model_copy(update={"index": exchange("artifacts", {"artifacts": [*rows, *named]})})


CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in ALL),
    *(row(check, "never came to its downloads", halted("finish"), "not_evidenced") for check in ALL if check is not secrecy.answers_hold_no_key),
    row(manners.every_answer_is_whole, "cut at the limit", download(response_body=GOOD.downloads[0].response_body.model_copy(update={"cut": True, "size": 77})), "fail", "cut off after 77 bytes"),
    row(manners.every_answer_is_whole, "broken off", download(status=None, failure="RemoteProtocolError: 5 of 10 bytes"), "fail", "5 of 10 bytes"),
    row(manners.every_answer_is_whole, "a break before the end", halted("finish", preview=exchange("preview", status=None)), "fail", "refused"),
    row(manners.no_answer_leads_elsewhere, "another host", leading("Location", "https://elsewhere.example/x"), "fail", "elsewhere.example"),
    row(manners.no_answer_leads_elsewhere, "another host, without a scheme", leading("location", "//elsewhere.example/x"), "fail", "elsewhere.example"),
    row(manners.no_answer_leads_elsewhere, "another host, with backslashes", leading("Location", "/\\elsewhere.example"), "fail", "elsewhere.example"),
    row(manners.no_answer_leads_elsewhere, "a refresh", leading("Refresh", "0; url=http://elsewhere.example/"), "fail", "elsewhere.example"),
    row(manners.no_answer_leads_elsewhere, "something that is no address", leading("Location", "http://[x"), "fail", "leads to"),
    row(manners.no_answer_leads_elsewhere, "the same host", leading("Location", "/v1/jobs/"), "pass"),
    row(manners.no_answer_leads_elsewhere, "the same host, another port", leading("Location", "http://127.0.0.1:1/x"), "pass"),
    *(row(manners.names_lead_nowhere_else, repr(path)[:60], listing(path), "fail", says) for path, says in (
        ("../../etc/passwd", "leads out"), ("a/../../b", "leads out"), ("..\\x", "leads out"), ("/etc/passwd", "absolute"),
        ("C:\\x", "absolute"), ("~/.ssh/x", "absolute"), ("a\\b", "backslash"), ("a\x00b", "control"), ("a\u202eb", "control"),
        ("x" * 4096, "more than 255"), ("file:///etc/passwd", "absolute"),
    )),
    row(manners.names_lead_nowhere_else, "dots that lead nowhere", listing("a..b/c..", "..."), "pass"),
    row(manners.names_fit_every_system, "in case only", listing("runs/A.txt", "runs/a.txt"), "fail", "case only"),
    row(manners.names_fit_every_system, "listed twice", listing("runs/a.txt", "runs/a.txt"), "pass"),
    *(row(manners.names_fit_every_system, name, listing(f"runs/{name}"), "fail", name) for name in ("NUL", "aux.txt", "x.", "y ")),
    row(manners.heads_are_of_a_usual_size, "thousands of headers", preview(response_headers=(("X", "y"),) * 3000), "fail", "3000 headers"),
    row(manners.heads_are_of_a_usual_size, "a long one", preview(response_headers=(("X", "y" * 9000),)), "fail", "9001 characters"),
    row(manners.texts_hold_no_control_characters, "an escape", GOOD.model_copy(update={"preview": exchange("p", {"a": "\x1b[2J"})}), "fail", "\\x1b"),
    row(manners.texts_hold_no_control_characters, "a NUL in a key", GOOD.model_copy(update={"preview": exchange("p", {"a\x00": 1})}), "fail", "\\x00"),
    row(manners.texts_hold_no_control_characters, "turned round", GOOD.model_copy(update={"preview": exchange("p", {"a": "x\u202ey"})}), "fail", "\\u202e"),
    row(manners.texts_hold_no_control_characters, "line ends", GOOD.model_copy(update={"preview": exchange("p", {"a": "x\r\n\ty"})}), "pass"),
    row(secrecy.answers_hold_no_key, "the provider's key", masked("ss llm api key"), "fail", "ss llm api key, at byte 7"),
    row(secrecy.answers_hold_no_key, "the caller's own", masked("task code", "token"), "pass"),
    row(secrecy.answers_hold_no_key, "in a header", leading("X-Debug", "key [secret: api key 0123456789ab]"), "fail", "api key"),
    row(secrecy.answers_hold_no_key, "never came to its downloads", halted("finish"), "not_evidenced"),
    row(manners.heads_are_of_a_usual_size, "a long one beside a short one", preview(response_headers=(("A", "b"), ("X", "y" * 9000))), "fail", "9001 characters"),
    row(manners.names_fit_every_system, "a dot for the folder itself", listing("runs/./a.txt"), "pass"),
    row(manners.no_answer_leads_elsewhere, "where its content lies", leading("Content-Location", "https://elsewhere.example/x"), "fail", "elsewhere.example"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)
