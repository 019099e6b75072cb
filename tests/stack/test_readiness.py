"""When an API counts as ready: by its word where it gives one, by its life where not, and never later than the bound."""

import pytest

from ss_audit.evidence.model import Statement
from ss_audit.stack.readiness import LIVENESS_PATH, READINESS_PATH, Health, health

from .conftest import Records, StackMaker

WARMING_UP = """
import http.server, sys, time
begun, ready_after = time.monotonic(), {ready_after}
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/health/live" or time.monotonic() - begun > ready_after
        self.send_response(200 if ready else 503); self.send_header("Content-Length", "0"); self.end_headers()
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
"""


@pytest.mark.parametrize(
    ("ready", "live", "said"),
    [
        (200, None, Health(READINESS_PATH, 200, True)),
        (299, None, Health(READINESS_PATH, 299, True)),
        (503, 200, Health(READINESS_PATH, 503, False)),
        (500, 200, Health(READINESS_PATH, 500, False)),
        (429, 200, Health(READINESS_PATH, 429, False)),
        (404, 200, Health(LIVENESS_PATH, 200, True)),
        (401, 503, Health(LIVENESS_PATH, 503, False)),
        (404, 404, Health(LIVENESS_PATH, 404, True)),
        (300, 499, Health(LIVENESS_PATH, 499, True)),
        (None, 200, Health(LIVENESS_PATH, 200, False)),
        (404, None, Health(READINESS_PATH, 404, False)),
        (None, None, None),
    ],
)
def test_ready_is_who_says_so_or_who_says_nothing_of_it(ready: int | None, live: int | None, said: Health | None) -> None:
    assert health({READINESS_PATH: ready, LIVENESS_PATH: live}.__getitem__) == said


def ready_of(records: Records) -> str:
    return str(next(e for e in records.entries if isinstance(e, Statement)).detail["ready"]["api"])


def test_an_api_that_is_not_ready_yet_is_waited_for(stack_of: StackMaker, records: Records) -> None:
    stack_of(api=WARMING_UP.format(ready_after=1.0)).start()
    assert ready_of(records).startswith("answered 200 to /health/ready on port")
    assert ready_of(records).endswith("which it holds")


def test_one_that_never_is_is_taken_as_it_is_after_the_time_given(stack_of: StackMaker, records: Records) -> None:
    stack_of(api=WARMING_UP.format(ready_after=300), timeout_startup=1.0).start()
    assert ready_of(records).startswith("answered 503 to /health/ready on port")
    assert ready_of(records).endswith("and was not ready after 1 s")
