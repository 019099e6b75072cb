"""Probing, tried on FastAPI applications: with and without a web page mounted at the root."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient

from ss_audit.evidence.model import Body, Exchange
from ss_audit.evidence.seen import RouteRow
from ss_audit.probes.route_inventory import inventory
from ss_audit.probes.routes import RouteSeen, filled, openapi_routes, probe_routes, routes_in_use, without_converters
from ss_audit.ss.source_routes import SourceRoute, SourceScan

Sent = list[tuple[str, str]]


def service() -> FastAPI:
    """Every handler that could change something ends the test if it is called."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.post("/v1/redeem")
    @app.post("/v1/jobs/{job_id}/run")
    @app.delete("/v1/jobs/{job_id}")
    def changes() -> None:
        raise AssertionError("a probe called what changes something")

    @app.get("/v1/jobs/{job_id}")
    @app.get("/v1/jobs/{job_id}/artifacts/{name:path}")
    def unknown() -> None:
        raise HTTPException(404)  # the very answer that an absent path gets

    @app.get("/v1/jobs/summary")
    def shadowed() -> dict[str, str]:
        return {}

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        return {}

    return app


def sender(app: FastAPI, sent: Sent) -> Callable[[str, str], Exchange]:
    client, numbers = TestClient(app, follow_redirects=False), itertools.count()

    def send(method: str, path: str) -> Exchange:
        sent.append((method, path))
        response = client.request(method, path)
        return Exchange(
            id=f"x{next(numbers)}",
            title=path,
            method=method,
            url=f"http://127.0.0.1:1{path}",
            status=response.status_code,
            response_headers=tuple(response.headers.items()),
            response_body=Body(text=response.text),
        )

    return send


ROUTES = [
    ("POST", "/v1/redeem"),
    ("POST", "/v1/jobs/{job_id}/run"),
    ("DELETE", "/v1/jobs/{job_id}"),
    ("GET", "/v1/jobs/{job_id}"),
    ("GET", "/v1/jobs/{job_id}/artifacts/{name:path}"),
    ("GET", "/health"),
    ("GET", "/gone"),
    ("POST", "/v1/gone"),
    ("GET", "/v1/redeem"),
    ("WEBSOCKET", "/ws"),
    ("MOUNT", "/"),
]


def states(seen: tuple[RouteSeen, ...]) -> dict[str, str]:
    return {f"{route.method} {route.path}": route.reachability.state for route in seen}


def test_routes_are_told_apart_without_calling_what_changes_something() -> None:
    sent: Sent = []
    seen = probe_routes(sender(service(), sent), ROUTES)
    assert states(seen) == {
        "POST /v1/redeem": "connected",
        "POST /v1/jobs/{job_id}/run": "connected",
        "DELETE /v1/jobs/{job_id}": "connected",
        "GET /v1/jobs/{job_id}": "connected",
        "GET /v1/jobs/{job_id}/artifacts/{name}": "connected",
        "GET /health": "connected",
        "GET /gone": "disconnected",
        "POST /v1/gone": "disconnected",
        "GET /v1/redeem": "disconnected",
        "WEBSOCKET /ws": "undetermined",
        "MOUNT /": "disconnected",
    }
    assert {method for method, _ in sent} <= {"GET", "OPTIONS", "TRACE"}
    assert len(sent) == len(set(sent)), "an answer is asked for once"
    assert all(route.evidence for route in seen if route.method != "WEBSOCKET")


def test_with_a_web_page_at_the_root_what_cannot_be_told_safely_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html></html>", "utf-8")
    app = service()
    app.mount("/", StaticFiles(directory=tmp_path, html=True))
    seen = states(probe_routes(sender(app, []), ROUTES))
    assert seen["MOUNT /"] == "connected"
    assert seen["GET /health"] == "connected"
    assert seen["GET /gone"] == "disconnected"
    assert "disconnected" not in {seen["POST /v1/redeem"], seen["POST /v1/jobs/{job_id}/run"]}


def test_an_answer_that_another_template_may_have_given_proves_nothing() -> None:
    routes = [("GET", "/v1/jobs/{job_id}"), ("GET", "/v1/jobs/summary")]
    seen = {route.path: route.reachability for route in probe_routes(sender(service(), []), routes)}
    assert seen["/v1/jobs/summary"].state != "connected"


def test_a_control_that_a_template_takes_is_no_control() -> None:
    app = FastAPI()

    @app.get("/v1/jobs/{job_id}/plan")
    @app.get("/v1/jobs/{job_id}/{part}")
    def unknown() -> None:
        raise HTTPException(404, "no such job")

    routes = [("GET", "/v1/jobs/{job_id}/plan"), ("GET", "/v1/jobs/{job_id}/{part}")]
    found = states(probe_routes(sender(app, []), routes))
    assert found["GET /v1/jobs/{job_id}/plan"] == "undetermined", "either of the two may have answered"
    assert found["GET /v1/jobs/{job_id}/{part}"] == "connected"


def test_a_method_that_the_path_declares_is_not_used_to_ask_about_another() -> None:
    app = FastAPI()

    @app.options("/v1/x")
    def options() -> None:
        return None

    @app.post("/v1/x")
    def post() -> None:
        raise AssertionError("a probe called what changes something")

    (_, asked) = probe_routes(sender(app, []), [("OPTIONS", "/v1/x"), ("POST", "/v1/x")])
    assert asked.method == "POST"
    assert asked.reachability.reason.startswith("TRACE answers 405")


def test_a_route_named_by_source_and_document_is_asked_about_once() -> None:
    both = [("GET", "/v1/jobs/{job_id}/artifacts/{name}"), ("GET", "/v1/jobs/{job_id}/artifacts/{name:path}")]
    (only,) = probe_routes(sender(service(), []), both)
    assert (only.path, only.reachability.state) == ("/v1/jobs/{job_id}/artifacts/{name}", "connected")


def test_a_server_that_is_down_leaves_everything_open() -> None:
    def send(method: str, path: str) -> Exchange:
        return Exchange(title="", method=method, url=f"http://h{path}", failure="connection refused")

    assert set(states(probe_routes(send, ROUTES)).values()) == {"undetermined"}


def test_parameters_are_filled_with_what_cannot_exist_and_still_match() -> None:
    assert filled("/a/{x}/{y:path}") == "/a/ss-audit-no-such-id/ss-audit-no-such-id"
    assert filled("/a/{n:int}/{u:uuid}") == "/a/2147483647/00000000-0000-4000-8000-000000000000"
    assert without_converters("/a/{x}/{y:path}") == "/a/{x}/{y}"


def test_openapi_routes_are_methods_and_paths() -> None:
    assert ("GET", "/v1/jobs/{job_id}/artifacts/{name}") in openapi_routes(service().openapi())
    assert openapi_routes({"paths": {"/x": {"parameters": [], "get": {}, "x-internal": True}, "/y": None}}) == {("GET", "/x")}
    assert openapi_routes({}) == set()
    assert openapi_routes({"paths": None}) == set()


def used(method: str, path: str, status: int, number: str) -> Exchange:
    return Exchange(id=number, title="", method=method, url=f"http://h{path}?q=1", status=status)


def test_use_connects_what_probing_leaves_open() -> None:
    exchanges = [
        used("POST", "/v1/redeem", 400, "e1"),
        used("POST", "/v1/redeem", 200, "e2"),
        used("GET", "/v1/jobs/summary", 200, "e3"),
        used("GET", "/elsewhere", 200, "e4"),
    ]
    seen = routes_in_use(exchanges, [*ROUTES, ("GET", "/v1/jobs/summary")])
    assert {(route.path, route.evidence) for route in seen} == {("/v1/redeem", ("e2",)), ("/v1/jobs/summary", ("e3",))}


def seen(method: str, path: str, state: str, settled: bool = True, evidence: tuple[str, ...] = ("p",)) -> RouteSeen:
    reachability = {"state": state, "reason": "because", "settled": settled}
    return RouteSeen.model_validate({"method": method, "path": path, "reachability": reachability, "evidence": evidence})


def defined(method: str, path: str, in_schema: bool = True) -> SourceRoute:
    return SourceRoute(method=method, path=path, defined_at="src/x.py:1", in_schema=in_schema)


def row(rows: tuple[RouteRow, ...], method: str, path: str) -> RouteRow:
    (found,) = [entry for entry in rows if (entry.method, entry.path) == (method, path)]
    return found


def test_the_inventory_joins_source_document_and_probes() -> None:
    source = SourceScan(routes=(defined("GET", "/a/{x:path}"), defined("GET", "/hidden", False), defined("POST", "/dead")))
    probes = [seen("GET", "/a/{x}", "connected"), seen("GET", "/hidden", "connected"), seen("POST", "/dead", "disconnected")]
    rows = inventory(source, {("GET", "/a/{x}"), ("GET", "/only-listed")}, probes, ("doc",))
    assert [entry.path for entry in rows] == ["/a/{x}", "/dead", "/hidden", "/only-listed"]
    assert row(rows, "GET", "/a/{x}").model_dump() == {
        "method": "GET",
        "path": "/a/{x}",
        "defined_at": "src/x.py:1",
        "in_openapi": True,
        "reachable": True,
        "surface": "connected",
        "why": "because",
        "evidence": ("p", "doc"),
    }
    assert (row(rows, "GET", "/hidden").surface, row(rows, "GET", "/hidden").in_openapi) == ("connected", False)
    assert row(rows, "POST", "/dead").surface == "disconnected"
    only_listed = row(rows, "GET", "/only-listed")
    assert (only_listed.defined_at, only_listed.reachable, only_listed.surface) == (None, None, "connected")


def test_what_is_listed_but_answers_as_absent_is_disconnected() -> None:
    rows = inventory(None, {("GET", "/a")}, [seen("GET", "/a", "disconnected")])
    assert (rows[0].reachable, rows[0].surface) == (False, "disconnected")


def test_an_open_probe_without_the_document_connects_nothing() -> None:
    rows = inventory(SourceScan(routes=(defined("POST", "/a"),)), None, [seen("POST", "/a", "undetermined")])
    assert (rows[0].reachable, rows[0].surface) == (None, "disconnected")


@pytest.mark.parametrize(("in_schema", "settled", "reachable"), [(True, False, None), (False, False, True), (True, True, True)])
def test_a_path_that_exists_does_not_connect_a_method_that_the_document_should_list(
    in_schema: bool, settled: bool, reachable: bool | None
) -> None:
    source = SourceScan(routes=(defined("POST", "/a", in_schema),))
    rows = inventory(source, {("GET", "/a")}, [seen("POST", "/a", "connected", settled=settled)])
    assert row(rows, "POST", "/a").reachable is reachable


def test_of_two_observations_the_stronger_counts() -> None:
    probes = [seen("POST", "/a", "undetermined"), seen("POST", "/a", "connected", evidence=("used",))]
    for order in (probes, probes[::-1]):
        (only,) = inventory(None, None, order)
        assert (only.reachable, only.evidence) == (True, ("used",))


def test_a_row_survives_the_bundle() -> None:
    (before,) = inventory(None, None, [seen("POST", "/a", "connected")])
    assert RouteRow.model_validate_json(before.model_dump_json()) == before
