"""An SS that says "not yet" or "not now" for ever: asked within the limits, all on record, and told as what it is."""

import json
import time

import pytest
from checks.observations import QUESTION

from ss_audit.evidence.model import Exchange
from ss_audit.ss.journey import Walk, download_all
from ss_audit.ss.published import LONGLEY

from .conftest import TOKEN, Facing
from .server import once

REDEEMED = once(json.dumps({"job_id": "job-1", "token": TOKEN}).encode())
JOB = once(b'{"status": "created"}')
AFTER = "Retry-After: 1"
PREVIEW, DRAFT, INDEX = (f"/v1/jobs/job-1/{path}" for path in ("inputs/preview", "draft/preview", "artifacts"))
UPLOADED = {"/v1/task-codes/redeem": REDEEMED, "/v1/jobs/job-1": JOB, "/v1/jobs/job-1/inputs/upload": once(b"{}")}


@pytest.mark.parametrize(
    ("preview", "draft", "why"),
    [
        (once(b"{}"), once(b"{}", AFTER, status="202 Accepted"), "no draft in the answer after 1.5 s and"),
        (once(b"{}", AFTER, status="202 Accepted"), once(b"[]"), "no draft in the answer: GET draft preview: 200"),
        (once(b"{}"), once(b"{}", AFTER, status="429 Too Many Requests"), "GET draft preview: 429"),
        (once(b"{}"), once(b"{}", "Retry-After: 86400", status="503 Service Unavailable"), "GET draft preview: 503"),
    ],
)
def test_a_walk_ends_within_its_limits(facing: Facing, preview, draft, why: str) -> None:  # type: ignore[no-untyped-def]
    scene = facing({**UPLOADED, PREVIEW: preview, DRAFT: draft, INDEX: once(b"{}")}, patience=1.5)
    begun = time.monotonic()
    walk = Walk(scene.client, QUESTION, LONGLEY, 1.5, "hostile", lambda _: None, lambda: False)
    seen = walk.go("tc-code-0123").seen
    assert time.monotonic() - begun < 12
    assert (seen["halt"].stage, seen["halt"].why[: len(why)]) == ("draft", why)
    asked = sum(isinstance(entry, Exchange) for entry in scene.archive.entries.values())
    assert asked == len(scene.server.asked)
    shown = [seen["redeem"], seen["created"], seen["upload"], seen["preview"], seen["index"], *seen["drafts"], *seen["put_off"]]
    assert len({exchange.id for exchange in shown}) == asked, "every answer lies with the journey"


def test_what_is_put_off_for_ever_is_not_asked_for_a_thousand_times(facing: Facing) -> None:
    index = {"artifacts": [{"rel_path": f"a{n}.txt"} for n in range(1000)]}
    later = {f"{INDEX}/a{n}.txt": once(b"{}", AFTER, status="429 Too Many Requests") for n in range(1000)}
    scene = facing({INDEX: once(json.dumps(index).encode()), **later}, patience=1.0)
    begun = time.monotonic()
    downloads, artifacts = download_all(scene.client, scene.access, scene.client.artifacts(scene.access))
    assert time.monotonic() - begun < 12
    assert ([e.status for e in downloads], artifacts) == ([429, 429, 429], ())


def test_a_judged_request_is_never_asked_again(facing: Facing) -> None:
    limited = once(b"{}", AFTER, status="429 Too Many Requests")
    scene = facing({"/v1/jobs/job-1": limited, "/v1/jobs/job-1/plan/freeze": limited, "/v1/jobs/job-1/run": limited})
    answers = (
        scene.client.send("job with no token", "GET", "/v1/jobs/job-1"),
        scene.client.freeze(scene.access, {}, {}),
        scene.client.run(scene.access),
    )
    assert [answer.status for answer in answers] == [429, 429, 429]
    assert len(scene.server.asked) == 3
