"""What SS calls its token may be short, or a word of ours: it is masked where it stands as one, and breaks nothing."""

import json

import pytest

from ss_audit.ss.client import MOST_TOKENS

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


def test_of_thousands_of_tokens_in_one_answer_some_are_learned_the_job_s_own_among_them(facing: Facing) -> None:
    tokens = [f"tok-{number:06}-k9Zq4tWm7xR2" for number in range(5000)]
    own = "tok-of-the-job-v8nB3cX5"
    answered = {"more": [{"refresh_token": token} for token in tokens], "job_id": "job-1", "token": own}
    said = f"see {own} and {tokens[0]}".encode()
    scene = facing(
        {"/v1/task-codes/redeem": once(json.dumps(answered).encode()), "/v1/jobs/job-1": once(said, "Content-Type: text/plain")}
    )
    before = len(scene.archive.redactor.forms())
    exchange, access = scene.client.redeem("tc-480213", "regress y on x")
    assert access is not None
    assert not [token for token in (*tokens, own) if token in (exchange.response_body.text or "")]
    assert len(scene.archive.redactor.forms()) - before < 20 * (MOST_TOKENS + 2)
    assert (scene.client.job(access).response_body.text or "").count("[secret: token ") == 2
    assert "5001 tokens in one answer" in "".join(entry.title for entry in scene.archive.entries.values())


def test_of_the_secrets_that_a_run_starts_with_each_is_learned(facing: Facing) -> None:
    redactor = facing({}).archive.redactor
    codes = [f"code-{number:05}-k9Zq4tWm" for number in range(3000)]
    redactor.learn_all(("task code", code) for code in codes)
    assert not [code for code in codes if code in redactor.mask(code)]
