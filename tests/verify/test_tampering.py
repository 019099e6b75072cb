"""Whatever is done to a bundle shows: by the digest that was kept always, without it unless everything is written anew."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ss_audit.evidence.attestation import ENVELOPE, STATEMENT, envelope, public_key
from ss_audit.evidence.bag import DECLARED, INFO, MANIFEST, TAG_MANIFEST, digest_of, manifest
from ss_audit.verify.examination import Verification, verified
from ss_audit.verify.page import page

from .bundles import Kept, Sealed, Tampering
from .forging import chained_anew, sealed_anew, written_anew

TAMPERINGS = 1000
TAGS = (DECLARED, INFO, MANIFEST)
pytestmark = pytest.mark.once


def without_the_digest(seen: Verification) -> bool:
    """Whether something would have been noticed by somebody who kept no digest."""
    return any(not (p.file == TAG_MANIFEST and "the one that was kept" in p.what) for p in seen.problems)


@pytest.mark.timeout(900)
def test_a_thousand_random_tamperings_are_all_noticed(unsigned: Sealed, two: tuple[Sealed, Sealed]) -> None:
    """Each is noticed with the digest and, since none of them writes the whole anew, without it as well."""
    tampering = Tampering(random.Random(20261122), unsigned.bundle, two[0].bundle)
    kept, done, missed, ways = Kept(unsigned.bundle), 0, list[str](), set[str]()
    while done < TAMPERINGS:
        with kept.put_back_after(tampering.any) as what:
            if what is None:
                continue
            done += 1
            ways.add(what.split()[0])
            seen = verified(unsigned.bundle, unsigned.digest)
            if seen.holds or not without_the_digest(seen):
                missed.append(what)
    assert missed == []
    assert len(ways) >= 11
    assert verified(unsigned.bundle, unsigned.digest).holds


def test_what_is_sealed_anew_is_noticed_by_what_the_log_says(unsigned: Sealed, two: tuple[Sealed, Sealed]) -> None:
    """Somebody who changes a file and makes the manifests fit has the chain against them; and the digest, if it was kept."""
    tampering = Tampering(random.Random(7), unsigned.bundle, two[0].bundle)
    kept, done, missed = Kept(unsigned.bundle), 0, list[str]()

    def tampered() -> str | None:
        what = tampering.any()
        remade = {unsigned.bundle / name for name in (*TAGS, TAG_MANIFEST, STATEMENT)}
        if set(kept.touched()) <= remade:
            return None  # sealing writes these anew: nothing of the change would be left
        try:
            sealed_anew(unsigned.bundle)
        except (ValueError, LookupError, TypeError, FileNotFoundError):
            return None  # verdict.json is none any more, and nothing can be sealed on it
        return what

    while done < 100:
        with kept.put_back_after(tampered) as what:
            if what is None:
                continue
            done += 1
            if verified(unsigned.bundle).holds or verified(unsigned.bundle, unsigned.digest).holds:
                missed.append(what)
    assert missed == []


def edited(event_type: str, number: int = 0, **fields: Any) -> Any:
    def change(events: list[dict[str, Any]]) -> None:
        [e for e in events if e["type"] == event_type][number]["data"].update(fields)

    return change


def dropped(event_type: str, number: int = 0) -> Any:
    def change(events: list[dict[str, Any]]) -> None:
        events.remove([e for e in events if e["type"] == event_type][number])

    return change


def judged_twice(events: list[dict[str, Any]]) -> None:
    events += [dict(event) for event in events if event["type"] in ("closing", "verdict")]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (judged_twice, "the verdict has to stand in the last line"),
        (edited("finding", outcome="fail"), "judged again, spec_pack."),
        (edited("finding", saw="something nicer"), "saw is"),
        (edited("finding", strength="proven"), "strength is"),
        (edited("scenario_ended", outcome="fail"), "ends differently"),
        (edited("planned", scenarios=["a/b"]), "does not name the scenarios"),
        (edited("planned", plan="0" * 64), "is not the plan whose digest"),
        (edited("settings", stand_ins=[]), "says something else than the opening"),
        (edited("settings", settings={}), "says something else"),
        (edited("versions", suite={}), "versions.json"),
        (edited("verdict", verdict="READY"), "READY"),
        (edited("closing", leaked=["a file"]), "verdict.json"),
        (edited("filed", files={}), "the log does not list it"),
        (edited("reconciled", problems=["x"]), "compared again"),
        (dropped("finding"), "was not judged"),
        (dropped("observation"), "was not observed"),
        (dropped("closing"), "no line of type closing"),
        (dropped("scenario_started", -1), "verdict.json"),
    ],
)
def test_a_log_with_a_new_chain_is_held_against_everything_else(unsigned: Sealed, change: Any, named: str) -> None:
    chained_anew(unsigned.bundle, change)
    sealed_anew(unsigned.bundle)
    seen = verified(unsigned.bundle)
    assert not seen.holds
    assert named in page(seen)


def shown_as_passed(bundle: Path) -> None:
    for path in (bundle / "data" / "allure-results").glob("*-result.json"):
        result = json.loads(path.read_bytes())
        path.write_text(json.dumps({**result, "status": "passed"}), "utf-8")


def test_allure_alone_made_greener_is_named_file_by_file(unsigned: Sealed) -> None:
    shown_as_passed(unsigned.bundle)
    said = page(verified(unsigned.bundle))
    assert "data/allure-results/planned-0002-result.json: it was changed" in said
    assert "Allure shows" in said


def test_a_changed_artifact_of_ss_is_named(unsigned: Sealed) -> None:
    log = (unsigned.bundle / "data" / "events.jsonl").read_text("utf-8")
    kept = sorted(p for p in (unsigned.bundle / "data").rglob("*") if p.is_file() and f'"file":"{p.name}' in log)
    har = next(iter(sorted((unsigned.bundle / "data" / "har").iterdir())))
    for path in [*kept, har]:
        path.write_bytes(path.read_bytes().replace(b"tc", b"ct", 1))
        sealed_anew(unsigned.bundle)
        assert path.relative_to(unsigned.bundle).as_posix() in page(verified(unsigned.bundle))


def excused(events: list[dict[str, Any]]) -> None:
    """The run was cut short by the operator; whoever writes it anew says that it was the disk."""
    closing = next(e for e in events if e["type"] == "closing")
    closing["data"]["said"] = {"what": "the disk was full", "blame": "environment"}


def test_a_consistent_rewrite_passes_without_digest_and_signature_and_that_is_said(unsigned: Sealed) -> None:
    forged = written_anew(unsigned.bundle, excused)
    seen = verified(unsigned.bundle)
    assert seen.problems == ()
    assert seen.holds
    assert json.loads((unsigned.bundle / "data" / "verdict.json").read_bytes())["blame"] == "environment"
    assert "a bundle that somebody wrote anew as a whole" in page(seen)
    assert "Give --digest" in page(seen)
    pinned = verified(unsigned.bundle, unsigned.digest)
    assert not pinned.holds
    assert unsigned.digest in page(pinned)
    assert "wrote anew" not in page(verified(unsigned.bundle, forged))


@pytest.mark.parametrize("name", ["verdict.json", "READ-ME-FIRST.txt", "fetch.txt", "tools/run.sh"])
def test_what_lies_beside_the_data_and_is_no_part_of_a_bundle_is_named(unsigned: Sealed, name: str) -> None:
    """Sealed anew with it, manifests and log fit; but whoever opens the folder would read it first."""
    added = unsigned.bundle / name
    added.parent.mkdir(exist_ok=True)
    added.write_text('{"verdict": "READY"}', "utf-8")
    sealed_anew(unsigned.bundle)
    assert f"{name}: it is no part of a bundle" in page(verified(unsigned.bundle))


def test_a_strangers_envelope_is_named_without_any_key(unsigned: Sealed) -> None:
    stranger = Ed25519PrivateKey.generate()
    statement = json.loads((unsigned.bundle / STATEMENT).read_bytes())
    statement["predicate"]["result"] = "PASSED"
    sealed_anew(unsigned.bundle)
    (unsigned.bundle / ENVELOPE).write_bytes(envelope(json.dumps(statement).encode(), stranger))
    beside = {name: digest_of(unsigned.bundle / name) for name in (*TAGS, STATEMENT, ENVELOPE)}
    (unsigned.bundle / TAG_MANIFEST).write_bytes(manifest(beside))
    assert "statement.dsse.json: it does not hold statement.json" in page(verified(unsigned.bundle))


def test_a_signature_tells_a_consistent_rewrite(signed: Sealed, keys: tuple[Path, Path]) -> None:
    key = public_key(keys[1])
    assert verified(signed.bundle, key=key).holds
    assert "wrote anew" not in page(verified(signed.bundle, key=key))
    enveloped = (signed.bundle / "statement.dsse.json").read_bytes()
    written_anew(signed.bundle, excused)
    assert verified(signed.bundle).holds
    assert "there is no signature" in page(verified(signed.bundle, key=key))
    (signed.bundle / "statement.dsse.json").write_bytes(enveloped)
    assert "it does not hold statement.json" in page(verified(signed.bundle, key=key))
