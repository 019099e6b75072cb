import json
import re
from pathlib import Path

import pytest

from ss_audit.probes.instrumented_library import (
    add_dependency,
    call_unknown_command,
    copy_library,
    plant_canaries,
    remove_template,
    tell_ado_path,
)
from ss_audit.ss.library import LibraryError, file_digests, read_library, template_source

from .conftest import BYTE_ORDER_MARK, D1, D2


@pytest.fixture
def copy(stock_library: Path, tmp_path: Path) -> Path:
    copy_library(stock_library, tmp_path / "copy")
    return tmp_path / "copy"


def index_of(library: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((library / "DO_LIBRARY_INDEX.json").read_text("utf-8"))
    return content


def meta_bytes(library: Path, stem: str) -> bytes:
    return (library / "do" / "meta" / f"{stem}.meta.json").read_bytes()


def test_nothing_that_is_done_to_a_copy_reaches_the_original(stock_library: Path, copy: Path) -> None:
    before = file_digests(stock_library)
    plant_canaries(copy, "nonce")
    add_dependency(copy, ["D1"], "ss_audit_probe")
    call_unknown_command(copy, ["D1"], "ss_audit_gone")
    remove_template(copy, "D2")
    assert file_digests(stock_library) == before
    assert file_digests(copy) != before


def test_a_fresh_copy_differs_only_by_its_mark(stock_library: Path, copy: Path) -> None:
    assert set(file_digests(copy).items()) - set(file_digests(stock_library).items()) == {
        (".ss-audit-copy", file_digests(copy)[".ss-audit-copy"])
    }


def test_links_are_followed_so_that_the_original_stays(stock_library: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.do"
    linked = stock_library / "do" / "D1_overview.do"
    linked.rename(real)
    linked.symlink_to(real)
    copy_library(stock_library, tmp_path / "copy")
    plant_canaries(tmp_path / "copy", "nonce")
    assert real.read_bytes() == D1


def test_a_read_only_original_gives_a_writable_copy(stock_library: Path, tmp_path: Path) -> None:
    for path in (*stock_library.rglob("*"), stock_library):
        path.chmod(0o555 if path.is_dir() else 0o444)
    copy_library(stock_library, tmp_path / "copy")
    assert all(path.stat().st_mode & 0o200 for path in (tmp_path / "copy").rglob("*"))
    for path in (stock_library, *stock_library.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize(
    "alter",
    [
        lambda library: plant_canaries(library, "nonce"),
        lambda library: add_dependency(library, ["D1"], "ss_audit_probe"),
        lambda library: call_unknown_command(library, ["D1"], "ss_audit_gone"),
        lambda library: remove_template(library, "D1"),
    ],
)
def test_a_library_that_is_no_copy_is_never_altered(stock_library: Path, alter) -> None:  # type: ignore[no-untyped-def]
    before = file_digests(stock_library)
    with pytest.raises(LibraryError, match="not a copy"):
        alter(stock_library)
    assert file_digests(stock_library) == before


def test_a_copy_never_lands_in_the_original_or_on_something_else(stock_library: Path, copy: Path) -> None:
    with pytest.raises(LibraryError, match="inside the original"):
        copy_library(stock_library, stock_library / "copy")
    with pytest.raises(LibraryError, match="not empty"):
        copy_library(stock_library, copy)


def test_each_canary_is_computed_by_stata_and_differs_from_its_echo(copy: Path) -> None:
    canaries = plant_canaries(copy, "nonce")
    assert set(canaries) == {"D1", "D2"}
    assert len({canary.literal for canary in canaries.values()}) == 2
    for template_id, canary in canaries.items():
        assert canary.line.encode() in template_source(copy, template_id)
        assert re.fullmatch(r"[A-Za-z0-9]+", canary.literal)
        assert canary.computed == canary.literal[::-1]
        assert canary.computed not in canary.line
        assert canary.output == f"SS_AUDIT_CANARY {canary.computed}"
        assert len(canary.line) < 76, "Stata would wrap the echo"


def test_another_run_has_other_canaries(stock_library: Path, tmp_path: Path) -> None:
    copy_library(stock_library, tmp_path / "a")
    copy_library(stock_library, tmp_path / "b")
    assert plant_canaries(tmp_path / "a", "one")["D1"] != plant_canaries(tmp_path / "b", "two")["D1"]


def test_only_the_canary_line_is_added_with_the_ending_of_its_neighbour(copy: Path) -> None:
    canaries = plant_canaries(copy, "nonce")
    with_d1 = canaries["D1"].line.encode() + b"\r\n"
    assert template_source(copy, "D1") == D1.replace(b"text replace\r\n", b"text replace\r\n" + with_d1)
    with_d2 = canaries["D2"].line.encode() + b"\n"
    assert template_source(copy, "D2") == D2.replace(b"text replace\n", b"text replace\n" + with_d2)


def test_an_unknown_command_stands_alone_on_its_line(copy: Path) -> None:
    call_unknown_command(copy, ["D2"], "ss_audit_gone")
    assert template_source(copy, "D2").splitlines().count(b"ss_audit_gone") == 1
    assert template_source(copy, "D1") == D1
    with pytest.raises(ValueError, match="not a Stata command name"):
        call_unknown_command(copy, ["D2"], "shell rm")


def test_stata_is_asked_where_it_looks(copy: Path) -> None:
    tell_ado_path(copy, ["D2"], Path("/ado/of ours"))
    line = b"""display "SS_AUDIT_ADO_PATH " (strpos(`"$S_ADO"', "/ado/of ours") > 0)"""
    assert template_source(copy, "D2").splitlines().count(line) == 1


def test_a_dependency_is_added_and_everything_else_in_the_contract_kept(copy: Path) -> None:
    before = meta_bytes(copy, "D1_overview")
    entry = add_dependency(copy, ["D1"], "ss_audit_probe")
    after = meta_bytes(copy, "D1_overview")
    assert set(entry) == {"pkg", "purpose", "source"}
    assert entry["source"] == "ssc"
    assert json.loads(after)["dependencies"] == [*json.loads(before)["dependencies"], entry]
    kept = {key: value for key, value in json.loads(after).items() if key != "dependencies"}
    assert kept == {key: value for key, value in json.loads(before).items() if key != "dependencies"}
    assert list(json.loads(after)) == list(json.loads(before))
    assert after.count(b"\n") == after.count(b"\r\n")


def test_a_byte_order_mark_in_a_contract_is_kept(copy: Path) -> None:
    meta_file = copy / "do" / "meta" / "D1_overview.meta.json"
    meta_file.write_bytes(BYTE_ORDER_MARK + meta_file.read_bytes())
    add_dependency(copy, ["D1"], "ss_audit_probe")
    after = meta_file.read_bytes()
    assert after.startswith(BYTE_ORDER_MARK + b"{")
    assert b"ss_audit_probe" in after


def test_a_template_without_a_contract_cannot_declare(copy: Path) -> None:
    (copy / "do" / "meta" / "D1_overview.meta.json").unlink()
    with pytest.raises(LibraryError, match="no contract file"):
        add_dependency(copy, ["D1"], "ss_audit_probe")


def test_a_removed_template_is_gone_from_index_families_totals_and_disk(copy: Path) -> None:
    touched = remove_template(copy, "D2")
    index = index_of(copy)
    assert set(touched) == {
        "DO_LIBRARY_INDEX.json",
        "do/D2_groups.do",
        "do/meta/D2_groups.meta.json",
        "docs/D2_groups.md",
    }
    assert list(index["tasks"]) == ["D1"]  # type: ignore[call-overload]
    assert list(index["families"]) == ["describe"]  # type: ignore[call-overload]
    assert index["total_tasks"] == 1
    assert "统计".encode() in (copy / "DO_LIBRARY_INDEX.json").read_bytes(), "text stays as it was written"
    assert index["compliance_summary"] == {"anchor_compliant": 1, "forbidden": 0, "needs_rework": 0, "prod_ready": 1}
    assert set(read_library(copy).templates) == {"D1"}
    with pytest.raises(LibraryError, match="D2"):
        remove_template(copy, "D2")


def test_a_family_with_other_templates_stays(copy: Path) -> None:
    index_file = copy / "DO_LIBRARY_INDEX.json"
    index = index_of(copy)
    index["families"] = {"all": {"tasks": ["D1", "D2"]}}
    index_file.write_text(json.dumps(index, indent=2), "utf-8")
    remove_template(copy, "D2")
    assert index_of(copy)["families"] == {"all": {"tasks": ["D1"]}}
