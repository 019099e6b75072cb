"""What SS calls its token may be short, or a word of ours: it is masked where it stands as one, and breaks nothing."""

import pytest

from .conftest import Facing
from .server import once


def test_what_we_sent_with_a_secret_has_no_digest_that_would_give_it_away(facing: Facing) -> None:
    scene = facing({"/v1/task-codes/redeem": once(b'{"job_id":"job-1","token":"short-1"}')})
    exchange, access = scene.client.redeem("tc-480213", "regress y on x")
    assert access is not None
    assert access.token == "short-1"
    assert exchange.request_body.masked == ("task code",)
    assert exchange.request_body.sha256 == ""
    assert exchange.response_body.sha256 != ""
    assert "short-1" not in (exchange.response_body.text or "")
    opened = scene.client.job(access)
    assert "short-1" not in str(opened.request_headers)
    assert scene.client.send("x", "POST", "/v1/x", body={"a": 1}).request_body.sha256 != ""


@pytest.mark.parametrize("word", ["status", "response_body", "verdict", "02-SurfacesSeen.har"])
def test_no_word_that_ss_calls_its_token_breaks_the_record(facing: Facing, word: str) -> None:
    scene = facing(
        {"/v1/task-codes/redeem": once(b'{"job_id":"job-1","session_token":"%s","token":"%s"}' % ((word.encode(),) * 2))}
    )
    exchange, access = scene.client.redeem("tc-480213", "regress y on x")
    assert exchange.status == 200
    assert access is not None
    assert access.token == word
