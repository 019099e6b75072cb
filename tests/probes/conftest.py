"""A small template library with what makes real ones awkward: mixed line endings, a byte order mark, a CRLF contract."""

import json
from pathlib import Path
from typing import Any

import pytest

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

D1 = b'* D1\r\nversion 18\r\nlog using "result.log", text replace\r\ndisplay "one"\nexit 0\n'
D2 = BYTE_ORDER_MARK + b'* log using is only mentioned here\ncapture log using "result.log", text replace\ndisplay "two"\n'


def contract(template_id: str, family: str) -> dict[str, Any]:
    return {
        "contract_version": "1.1",
        "dependencies": [{"pkg": "stata", "purpose": "core", "source": "built-in"}],
        "family": family,
        "id": template_id,
        "title": f"Title of {template_id}",
    }


def record(template_id: str, stem: str, family: str) -> dict[str, Any]:
    audit = {"has_ss_anchors": True, "has_hardcoded_paths": False, "has_dangerous_commands": False, "verdict": "PROD_READY"}
    return {
        "audit": audit,
        "do_file": f"{stem}.do",
        "family": family,
        "id": template_id,
        "md_file": f"{stem}.md",
        "name": "统计",
    }


@pytest.fixture
def stock_library(tmp_path: Path) -> Path:
    folder = tmp_path / "stock"
    (folder / "do" / "meta").mkdir(parents=True)
    (folder / "docs").mkdir()
    index = {
        "compliance_summary": {"anchor_compliant": 2, "forbidden": 0, "needs_rework": 0, "prod_ready": 2},
        "families": {
            "describe": {"description": "d", "tasks": ["D1"]},
            "compare": {"description": "c", "tasks": ["D2"]},
        },
        "tasks": {"D1": record("D1", "D1_overview", "describe"), "D2": record("D2", "D2_groups", "compare")},
        "total_tasks": 2,
    }
    (folder / "DO_LIBRARY_INDEX.json").write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for template_id, stem, family, source in (
        ("D1", "D1_overview", "describe", D1),
        ("D2", "D2_groups", "compare", D2),
    ):
        (folder / "do" / f"{stem}.do").write_bytes(source)
        meta = json.dumps(contract(template_id, family), indent=2).replace("\n", "\r\n") + "\r\n"
        (folder / "do" / "meta" / f"{stem}.meta.json").write_bytes(meta.encode())
        (folder / "docs" / f"{stem}.md").write_text(f"# {template_id}\n", "utf-8")
    return folder
