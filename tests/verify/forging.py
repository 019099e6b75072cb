"""What somebody can do who knows the format as well as we do: seal anew what was changed, or write the whole anew."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ss_audit.account import Circumstances, account, judged
from ss_audit.evidence import bag, har
from ss_audit.evidence.archive import GENESIS
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.results import Trouble, gap, trouble
from ss_audit.run_reading import read_run
from ss_audit.sealing import seal_run
from ss_audit.verify.replay import Replay
from ss_audit.verify.story import plan_of

Change = Callable[[list[dict[str, Any]]], None]


def sealed_anew(bundle: Path) -> str:
    """Manifests and statement made to fit what lies there now. Out: the digest that the bundle has then."""
    for name in ("statement.json", "statement.dsse.json"):
        (bundle / name).unlink(missing_ok=True)
    return seal_run(bundle, json.loads((bundle / "data" / "verdict.json").read_bytes()), None)


def chained_anew(bundle: Path, change: Change) -> None:
    """The log changed, its chain made to fit; `evidence_head` of the verdict too."""
    log = bundle / "data" / "events.jsonl"
    events = [json.loads(line) for line in log.read_bytes().splitlines()]
    change(events)
    before, lines = GENESIS, list[bytes]()
    for number, event in enumerate(events, 1):
        event |= {"seq": number, "id": f"E{number:04d}", "prev": before}
        lines.append(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
        before = hashlib.sha256(lines[-1]).hexdigest()
    log.write_bytes(b"".join(line + b"\n" for line in lines))
    _with_head(bundle, events[-1]["prev"])


def written_anew(bundle: Path, change: Change) -> str:
    """The log changed, and everything that follows from it made to fit: chain, HARs, digests, findings, verdict, seal."""
    chained_anew(bundle, change)
    data = bundle / "data"
    run = read_run(bundle)
    for name, content in har.archives(run.archives, run.entries, data):
        (data / name).write_bytes(content)
    replay = Replay(run, plan_of(run).plan)
    assert list(replay.problems()) == []
    closing = next(run.of_type("closing")).data
    said = Trouble.model_validate(closing["said"]) if closing["said"] else None
    results = replay.results()
    why = trouble(gap(said, closing["left"], plan_of(run).lost, results), (), ())
    about = Circumstances.model_validate(closing["circumstances"])
    verdict = judged(about, results, why)
    seen = replay.observed(SurfacesSeen), replay.observed(LibraryTrace)
    document = account(about, verdict, results, *seen, run.archives, "0" * 64)
    (data / "verdict.json").write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
    present = {name: bag.digest_of(data / name) for name in bag.files_in(data) if name not in ("events.jsonl", "verdict.json")}

    def end(events: list[dict[str, Any]]) -> None:
        filed = next(e for e in events if e["type"] == "filed")["data"]
        filed["files"] = present
        events[-1]["data"] |= {"verdict": verdict.word, "blame": verdict.blame, "files": {}}

    chained_anew(bundle, end)

    def pin(events: list[dict[str, Any]]) -> None:
        events[-1]["data"]["files"] = {"verdict.json": bag.digest_of(data / "verdict.json")}

    chained_anew(bundle, pin)
    return sealed_anew(bundle)


def _with_head(bundle: Path, head: str) -> None:
    path = bundle / "data" / "verdict.json"
    document = json.loads(path.read_bytes())
    document["evidence_head"] = f"sha256:{head}"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
