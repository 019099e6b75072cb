"""Routes, the chain of the template library, and the spec pack."""
# ruff: noqa: E501

from typing import Any, Literal

from checks.cases import Case, holds, parametrized, row
from checks.observations import DO_FILE, LOG, artifacts, body, exchange, halted, journey, next_id, statement
from ss_audit.checks import inventory, library, spec_pack
from ss_audit.evidence.model import FileSeen
from ss_audit.evidence.seen import Journey, LibraryTrace, RouteRow, SpecPackSeen, SurfacesSeen

LITERAL, COMPUTED = "abc123", "321cba"
JOB = journey(Journey)
NO_PLAN = exchange("plan freeze", {"status": "frozen"}, method="POST")
WITH_CANARY = artifacts(JOB, {
    "stata.do": DO_FILE + f'display "C " strreverse("{LITERAL}")\n',
    "stata.log": LOG + f'. display "C " strreverse("{LITERAL}")\nC {COMPUTED}\n',
})  # fmt: skip


def route(path: str, reachable: bool | None = True, **more: Any) -> RouteRow:
    surface: Literal["connected", "disconnected"] = "connected" if reachable else "disconnected"
    values: dict[str, Any] = {"method": "GET", "path": path, "defined_at": "api.py:1", "in_openapi": True, "reachable": reachable,
                              "surface": surface, "why": "404 against 405", "evidence": ("E0001",)}  # fmt: skip
    return RouteRow(**values | more)


def seen(*rows: RouteRow, control: int | None = 404, scanned: bool = True) -> SurfacesSeen:
    return SurfacesSeen(
        source=statement("source", scanned=scanned), openapi=exchange("openapi", {}), control=exchange("no such path", {}, control),
        probes=(exchange("probe", {}),), table=statement("table"), rows=rows,
    )  # fmt: skip


def trace(job: Journey | None = WITH_CANARY, found: bool = True, template: str = "R02", **detail: Any) -> LibraryTrace:
    planted = {template: {"literal": LITERAL, "computed": COMPUTED}}
    return LibraryTrace(library=statement("library", **detail), found=found, planted=planted if found else {}, journey=job)


def compared(
    source: str | None, files: dict[str, str | None] | None = None, cut: bool = False, planned: bool = True, **more: Any
) -> LibraryTrace:
    """Nothing could be planted in the library; its template is at hand, or not."""
    seen = None if source is None else FileSeen(id=next_id(), title="R02", path="R02", body=body(source))
    if seen and cut:
        seen = seen.model_copy(update={"body": seen.body.model_copy(update={"text": None})})
    job = artifacts(JOB, files or {}).model_copy(update=more)
    if not planned:
        job = artifacts(job, dict.fromkeys(("artifacts/plan.json", "response.txt"))).model_copy(
            update={"freezes": (NO_PLAN,), "plan_read": None, "plan_read_later": None}
        )
    return LibraryTrace(library=statement("4 templates", searched=True), found=True, planted={}, journey=job, compared=seen)


def pack(spec: str | None, *cards: str, commands: tuple[str, ...] = ("run",)) -> SpecPackSeen:
    files = [FileSeen(id=next_id(), title="f", path="f", body=body(text)) for text in cards]
    own = FileSeen(id=next_id(), title="spec", path="spec.md", body=body(spec)) if spec is not None else None
    return SpecPackSeen(
        spec=own, cards=tuple(files), commands=commands, settings=("profile", "stack"), looked=statement("looked")
    )


SPEC = "# Spec: x\n\n## Purpose\n\nP.\n\n## Requirements\n\n### Requirement: R\n\nIt MUST be.\n\n#### Scenario: S\n- **WHEN** a\n- **THEN** b\n"
CARD = "# A card\n\n## Goal\n\nKnow it.\n\n## Scope\n\nAll.\n\n## Commands\n\n```sh\nss-audit run\n```\n\n## Evidence to keep\n\n- The run.\n\n## Acceptance\n\n- [ ] It is known.\n"
ROUTES = (route("/v1/jobs"), route("/health"))
INVENTORY = (inventory.a_path_that_cannot_exist_is_refused, inventory.versioned_routes_are_listed,
             inventory.unversioned_routes_are_listed, inventory.every_route_is_classified)  # fmt: skip
CHAIN = (library.chain_is_classified, library.boundary_is_named)
CASES: list[Case] = [
    *(row(check, "a sound SS", seen(*ROUTES), "pass") for check in INVENTORY),
    *(row(check, "every path answers", seen(*ROUTES, control=200), "not_evidenced") for check in INVENTORY[1:]),
    *(row(check, "every path breaks", seen(*ROUTES, control=500), "not_evidenced") for check in INVENTORY[1:]),
    *(row(INVENTORY[0], f"answered {status}", seen(*ROUTES, control=status), "fail") for status in (200, 302, 500, None)),
    row(inventory.versioned_routes_are_listed, "none", seen(route("/health")), "fail", "0 versioned"),
    row(inventory.versioned_routes_are_listed, "from nowhere", seen(route("/v1/x", defined_at=None, in_openapi=False)), "fail", "/v1/x"),
    row(inventory.versioned_routes_are_listed, "without evidence", seen(route("/v1/x", evidence=())), "fail", "/v1/x"),
    row(inventory.unversioned_routes_are_listed, "none", seen(route("/v1/jobs")), "pass", "0 unversioned"),
    row(inventory.unversioned_routes_are_listed, "a hidden one", seen(route("/metrics", in_openapi=False)), "pass", "GET /metrics"),
    row(inventory.unversioned_routes_are_listed, "no source", seen(*ROUTES, scanned=False), "not_evidenced", "source"),
    row(inventory.every_route_is_classified, "one unknown", seen(*ROUTES, route("/v1/y", None)), "not_evidenced", "/v1/y"),
    row(inventory.every_route_is_classified, "none connected", seen(route("/v1/y", False)), "fail", "0 connected"),
    row(inventory.every_route_is_classified, "no routes", seen(), "fail"),
    *(row(check, "wired", trace(), "pass", says) for check, says in zip(CHAIN, ("wired;", "all five links"), strict=True)),
    *(row(check, "not rendered", trace(JOB), "pass", "rendering") for check in CHAIN),
    *(row(check, "only echoed", trace(artifacts(WITH_CANARY, {"stata.log": LOG + f". {COMPUTED}\n"})), "pass", "runner") for check in CHAIN),
    *(row(check, "another template", trace(template="R09"), "pass", "selection") for check in CHAIN),
    *(row(check, "no library", trace(None, found=False, searched="somewhere"), "pass", "") for check in CHAIN),
    *(row(check, "nobody knows where", trace(None, found=False), "not_evidenced") for check in CHAIN),
    *(row(check, "the job failed", trace(halted("finish", kind=Journey)), "not_evidenced") for check in CHAIN),
    row(spec_pack.spec_is_readable, "a spec", pack(SPEC, CARD), "pass", "1 scenarios"),
    row(spec_pack.spec_is_readable, "none", pack(None, CARD), "fail", "no spec.md"),
    row(spec_pack.spec_is_readable, "an empty one", pack("", CARD), "fail"),
    row(spec_pack.cards_are_complete, "a card", pack(SPEC, CARD), "pass"),
    row(spec_pack.cards_are_complete, "none", pack(SPEC), "not_evidenced", "no task cards"),
    row(spec_pack.cards_are_complete, "without acceptance", pack(SPEC, CARD.partition("## Acceptance")[0]), "fail"),
    row(spec_pack.commands_can_be_executed, "known", pack(SPEC, CARD), "pass", "all known"),
    row(spec_pack.commands_can_be_executed, "an unknown one", pack(SPEC, CARD, commands=("doctor",)), "fail", "run"),
    row(spec_pack.commands_can_be_executed, "an unknown setting", pack(SPEC, CARD.replace("run\n```", "run -D colour=red\n```")), "fail", "colour"),
    row(spec_pack.commands_can_be_executed, "no cards", pack(SPEC), "not_evidenced"),
    row(spec_pack.commands_can_be_executed, "an unreadable card", pack(SPEC, "nothing"), "fail"),
    *(row(check, "found, and no job on it", trace(None), "pass", "") for check in CHAIN),
    row(library.boundary_is_named, "the do-file is the template's", compared(DO_FILE), "pass", "all five links"),
    row(library.boundary_is_named, "another do-file ran", compared("version 18\nlist in 1\n"), "pass", "ends before rendering"),
    row(library.boundary_is_named, "the template is not in the library", compared(None), "pass", "ends before index"),
    row(library.boundary_is_named, "the template could not be read", compared(DO_FILE, cut=True), "pass", "ends before rendering"),
    row(library.boundary_is_named, "the log is of something else", compared(DO_FILE, {"stata.log": LOG.replace("summarize", "describe")}), "pass", "ends before runner"),
    row(library.boundary_is_named, "no log kept", compared(DO_FILE, {"stata.log": None}), "pass", "ends before runner"),
    row(library.boundary_is_named, "a log that is empty", compared(DO_FILE, {"stata.log": ""}), "pass", "ends before runner"),
    row(library.boundary_is_named, "a template of comments alone", compared("* one\n", {"stata.do": "* one\n"}), "pass", "ends before"),
    row(library.boundary_is_named, "no do-file kept", compared(DO_FILE, {"stata.do": None}), "pass", "ends before rendering"),
    row(library.chain_is_classified, "the template is told", compared(None), "pass", "the plan names R02, which is in the library"),
    row(library.chain_is_classified, "no template is told", compared(None, planned=False), "pass", "the plan names no template, which is in the library"),
    row(library.chain_is_classified, "how many there are", trace(templates=7), "pass", "7 templates indexed"),
    row(library.boundary_is_named, "without an index even", compared(DO_FILE, {"stata.log": None}, index=None), "fail", "without evidence: ['runner']"),
    row(library.boundary_is_named, "no plan names a template", trace(JOB.model_copy(update={
        "freezes": (NO_PLAN,), "plan_read": None, "plan_read_later": None, "artifacts": ()})), "pass", "ends before selection"),
    row(library.chain_is_classified, "its files could not be downloaded", LibraryTrace(
        library=statement("4 templates"), found=True, planted={}, journey=halted("download", kind=Journey)), "not_evidenced"),
    row(library.chain_is_classified, "no library at hand", LibraryTrace(
        library=statement("none", why="give library_source"), found=False, planted={}, journey=None), "not_evidenced", "give library_source"),
    row(inventory.versioned_routes_are_listed, "a hidden one", seen(route("/v1/x", in_openapi=False)), "pass"),
    row(inventory.versioned_routes_are_listed, "one whose source is not at hand", seen(route("/v1/x", defined_at=None)), "pass"),
    row(inventory.every_route_is_classified, "a single one", seen(route("/v1/jobs")), "pass", "1 connected"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_the_class_of_the_chain_is_told() -> None:
    assert library.classify(trace()).wired == "wired"
    assert library.classify(trace(JOB)).wired == "not wired"
    assert library.classify(trace(None, found=False)).wired == "absent"
    assert library.classify(trace()).links[-1].name == "runner"


def test_a_chain_without_any_do_file_still_rests_on_evidence() -> None:
    bare = artifacts(JOB, {"stata.do": None, "stata.log": None})
    assert library.boundary_is_named.judge(trace(bare)).outcome == "pass"
