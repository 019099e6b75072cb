"""Programs of other projects read what an audit leaves: the bag, the HTTP archives, the signed statement, JUnit."""

import json
import re
from pathlib import Path

import bagit
import haralyzer
import junitparser
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from playwright.sync_api import Browser
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from .bundles import Sealed

pytestmark = pytest.mark.once


def test_a_bagit_validator(signed: Sealed) -> None:
    bag = bagit.Bag(str(signed.bundle))
    bag.validate()
    assert bag.info["External-Identifier"] == "small"
    (signed.bundle / "data" / "plan.json").write_bytes(b"{}")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(signed.bundle)).validate()


def test_a_har_parser(signed: Sealed) -> None:
    files = sorted((signed.bundle / "data" / "har").glob("*.har"))
    assert [file.name.partition("-")[2] for file in files] == ["AccessTrials.har"]
    read = haralyzer.HarParser(json.loads(files[0].read_bytes()))
    assert read.har_data["version"] == "1.2"
    entries = [entry for page in read.pages for entry in page.entries]
    assert entries[0].request.url.endswith("/v1/task-codes/redeem")
    assert (entries[0].request.method, entries[0].response.status) == ("POST", 200)
    assert {entry.response.status for entry in entries} >= {200, 401}
    assert "requirement" in entries[0].request.text
    assert "job_id" in entries[0].response.text
    assert all(entry.startTime for entry in entries)


def test_a_browser(signed: Sealed, browser: Browser) -> None:
    """Chromium answers a page's requests from the archive: it has read URL, headers and body as they were."""
    file = next((signed.bundle / "data" / "har").glob("*-AccessTrials.har"))
    entries = json.loads(file.read_bytes())["log"]["entries"]
    wanted = next(e for e in entries if e["request"]["method"] == "GET")
    with browser.new_page() as page:
        page.route_from_har(file, not_found="abort")
        answer = page.goto(wanted["request"]["url"])
        assert answer is not None
        assert answer.status == wanted["response"]["status"]
        assert answer.headers["content-type"] == wanted["response"]["content"]["mimeType"]
        assert answer.text() == wanted["response"]["content"]["text"]


def test_an_in_toto_verifier(signed: Sealed, keys: tuple[Path, Path]) -> None:
    read = json.loads((signed.bundle / "statement.dsse.json").read_bytes())
    keyid = read["signatures"][0]["keyid"]
    key = SSlibKey.from_crypto(load_pem_public_key(keys[1].read_bytes()), keyid=keyid)
    envelope = Envelope.from_dict(read)
    assert envelope.payload_type == "application/vnd.in-toto+json"
    envelope.verify([key], 1)
    statement = json.loads(envelope.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    (subject,) = statement["subject"]
    verdict = (signed.bundle / "data" / "verdict.json").read_bytes()
    assert subject == {"name": "verdict.json", "digest": {"sha256": bagit_digest(signed.bundle, "data/verdict.json")}}
    assert statement["predicate"]["result"] == "FAILED"
    assert statement["predicate"]["passedTests"] == [
        s["id"] for s in json.loads(verdict)["scenarios"] if s["outcome"] == "pass"
    ]
    envelope.payload = envelope.payload.replace(b"FAILED", b"PASSED")
    with pytest.raises(VerificationError):
        envelope.verify([key], 1)


def test_a_junit_reader(signed: Sealed) -> None:
    cases = [
        case
        for file in sorted((signed.bundle / "data" / "junit").glob("*.xml"))
        for suite in as_suites(junitparser.JUnitXml.fromfile(str(file)))
        for case in suite
    ]
    verdict = json.loads((signed.bundle / "data" / "verdict.json").read_bytes())
    passed = {scenario["name"] for scenario in verdict["scenarios"] if scenario["outcome"] == "pass"}
    assert {case.name for case in cases if case.is_passed} == passed


def as_suites(read: junitparser.JUnitXml | junitparser.TestSuite) -> list[junitparser.TestSuite]:
    return [read] if isinstance(read, junitparser.TestSuite) else list(read)


def bagit_digest(bundle: Path, name: str) -> str:
    found = re.search(rf"^([0-9a-f]{{64}})  {re.escape(name)}$", (bundle / "manifest-sha256.txt").read_text(), re.M)
    assert found
    return found.group(1)
