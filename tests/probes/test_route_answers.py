import pytest

from ss_audit.evidence.model import Body, Exchange
from ss_audit.probes.route_answers import classify, is_catch_all

ABSENT = '{"error_code":"API_NOT_FOUND","message":"route not found"}'
WRONG_METHOD = '{"error_code":"API_METHOD_NOT_ALLOWED"}'


def answer(
    method: str, status: int | None, text: str = "", path: str = "/v1/x", media_type: str = "application/json", **more: str
) -> Exchange:
    headers = (("Content-Type", media_type), *more.items()) if text else tuple(more.items())
    failure = None if status else "ConnectError"
    return Exchange(
        title="",
        method=method,
        url=f"http://127.0.0.1:1{path}",
        status=status,
        response_headers=headers,
        response_body=Body(text=text),
        failure=failure,
    )


@pytest.mark.parametrize(
    ("route", "probe", "control", "state", "settled"),
    [
        # sideways
        ("POST", answer("OPTIONS", 405, WRONG_METHOD), answer("OPTIONS", 404, ABSENT), "connected", False),
        ("POST", answer("OPTIONS", 405, Allow="GET, POST"), answer("OPTIONS", 404, ABSENT), "connected", True),
        ("POST", answer("OPTIONS", 405, Allow="GET"), answer("OPTIONS", 404, ABSENT), "connected", False),
        ("POST", answer("OPTIONS", 404, ABSENT), answer("OPTIONS", 404, ABSENT), "disconnected", True),
        ("POST", answer("OPTIONS", 405), answer("OPTIONS", 405), "undetermined", False),
        ("POST", answer("OPTIONS", 200), answer("OPTIONS", 200), "undetermined", False),
        ("POST", answer("OPTIONS", 307, Location="http://h/v1/x/"), answer("OPTIONS", 404), "disconnected", True),
        ("POST", answer("OPTIONS", 404, "a"), answer("OPTIONS", 404, "b"), "disconnected", True),
        ("POST", answer("OPTIONS", 401, '{"code":"a"}'), answer("OPTIONS", 401, '{"code":"b"}'), "undetermined", False),
        ("POST", answer("OPTIONS", 503), answer("OPTIONS", 404), "undetermined", False),
        # directly
        ("GET", answer("GET", 200, "{}"), answer("GET", 404, ABSENT), "connected", True),
        ("GET", answer("GET", 404, '{"error_code":"JOB_NOT_FOUND"}'), answer("GET", 404, ABSENT), "connected", True),
        ("GET", answer("GET", 404), answer("GET", 404, ABSENT), "connected", True),
        ("GET", answer("GET", 401, '{"error_code":"NO_TOKEN"}'), answer("GET", 404, ABSENT), "connected", True),
        ("GET", answer("GET", 500, "oops"), answer("GET", 404, ABSENT), "connected", True),
        ("GET", answer("GET", 404, ABSENT), answer("GET", 404, ABSENT), "disconnected", False),
        ("GET", answer("GET", 405, WRONG_METHOD), answer("GET", 404, ABSENT), "disconnected", True),
        ("GET", answer("GET", 307, Location="http://h/v1/x/"), answer("GET", 404), "undetermined", False),
        ("GET", answer("GET", 307, Location="/v1/x/"), answer("GET", 404), "connected", True),
        ("MOUNT", answer("GET", 200, "<html>", media_type="text/html"), answer("GET", 404), "connected", True),
        ("GET", answer("GET", 503, '{"status":"unhealthy"}'), answer("GET", 404, ABSENT), "connected", True),
        # what stands in front of SS answers, not SS
        ("GET", answer("GET", 401, "{}"), answer("GET", 401, "{}"), "undetermined", False),
        ("GET", answer("GET", 502, "bad"), answer("GET", 502, "bad"), "undetermined", False),
        ("GET", answer("GET", 429), answer("GET", 404), "undetermined", False),
        ("GET", answer("GET", None), answer("GET", 404), "undetermined", False),
        ("GET", answer("GET", 200, "{}"), answer("GET", None), "undetermined", False),
    ],
)
def test_a_probe_is_judged_against_its_control(
    route: str, probe: Exchange, control: Exchange, state: str, settled: bool
) -> None:
    found = classify((route, "/v1/x"), probe, control)
    assert (found.state, found.settled) == (state, settled), found.reason
    assert found.reason


def test_a_path_that_the_error_repeats_makes_no_difference() -> None:
    probe = answer("GET", 404, '{"detail":"no route /v1/x"}')
    control = answer("GET", 404, '{"detail":"no route /v1/nope"}', path="/v1/nope")
    assert classify(("GET", "/v1/x"), probe, control).state == "disconnected"
    text, other = answer("GET", 404, "Cannot GET /v1/x", media_type="text/plain"), "Cannot GET /v1/nope"
    control = answer("GET", 404, other, path="/v1/nope", media_type="text/plain")
    assert classify(("GET", "/v1/x"), text, control).state == "disconnected"


def test_the_root_is_no_path_to_leave_out() -> None:
    page = "<html><p>nothing here</p></html>"
    probe = answer("GET", 404, page, path="/", media_type="text/html")
    control = answer("GET", 404, page, path="/nope", media_type="text/html")
    assert classify(("MOUNT", "/"), probe, control).state == "disconnected"


def test_one_web_page_for_every_path_connects_nothing() -> None:
    page = answer("GET", 200, "<html>app</html>", media_type="text/html")
    assert classify(("GET", "/v1/x"), page, page, catch_all=True).state == "undetermined"


def test_under_a_mount_at_the_root_an_undeclared_method_says_nothing_but_a_get_does() -> None:
    empty, absent = answer("OPTIONS", 404), answer("GET", 404, ABSENT)
    assert classify(("POST", "/v1/x"), empty, empty, catch_all=True).state == "undetermined"
    assert classify(("GET", "/v1/x"), absent, absent, catch_all=True).state == "disconnected"
    twin = answer("OPTIONS", 307, Location="http://h/v1/x/")
    assert classify(("POST", "/v1/x"), twin, absent, catch_all=True).state == "undetermined"


def test_a_catch_all_is_a_web_page_at_the_root() -> None:
    assert is_catch_all(answer("GET", 200, "<html>", media_type="text/html; charset=utf-8"))
    assert not is_catch_all(answer("GET", 404, ABSENT))
    assert not is_catch_all(answer("GET", 200, "{}"))
