import json
from pathlib import Path

import pytest

from ss_audit.ss.library import LibraryError, file_digests, read_library, template_source

from .conftest import D1


def test_templates_are_found_where_the_index_says(stock_library: Path) -> None:
    library = read_library(stock_library)
    assert set(library.templates) == {"D1", "D2"}
    template = library.template("D1")
    assert (template.family, template.title) == ("describe", "统计")
    assert template.do_file == stock_library / "do" / "D1_overview.do"
    assert template.meta_file == stock_library / "do" / "meta" / "D1_overview.meta.json"


def test_source_is_byte_for_byte(stock_library: Path) -> None:
    assert template_source(stock_library, "D1") == D1


def test_without_an_index_the_contracts_name_the_templates(stock_library: Path) -> None:
    (stock_library / "DO_LIBRARY_INDEX.json").unlink()
    library = read_library(stock_library)
    assert library.index is None
    assert {key: template.family for key, template in library.templates.items()} == {"D1": "describe", "D2": "compare"}


def test_without_index_and_contracts_the_file_names_do(stock_library: Path) -> None:
    (stock_library / "DO_LIBRARY_INDEX.json").unlink()
    for meta in (stock_library / "do" / "meta").iterdir():
        meta.unlink()
    library = read_library(stock_library)
    assert library.template("D2").do_file == stock_library / "do" / "D2_groups.do"
    assert library.template("D2").meta_file is None


def test_an_index_of_another_name_and_shape_is_read(stock_library: Path) -> None:
    old = stock_library / "DO_LIBRARY_INDEX.json"
    index = json.loads(old.read_text("utf-8"))
    (stock_library / "index.json").write_text(json.dumps({"tasks": list(index["tasks"].values())}), "utf-8")
    old.unlink()
    assert set(read_library(stock_library).templates) == {"D1", "D2"}


def test_parts_that_are_absent_are_none(stock_library: Path) -> None:
    (stock_library / "do" / "D1_overview.do").unlink()
    (stock_library / "do" / "meta" / "D2_groups.meta.json").unlink()
    library = read_library(stock_library)
    assert library.template("D1").do_file is None
    assert library.template("D2").meta_file is None
    with pytest.raises(LibraryError, match="D1"):
        template_source(stock_library, "D1")


def test_an_index_cannot_lead_out_of_the_library(stock_library: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.do").write_text("exit\n", "utf-8")
    index_file = stock_library / "DO_LIBRARY_INDEX.json"
    index = json.loads(index_file.read_text("utf-8"))
    index["tasks"]["D1"]["do_file"] = "../../outside.do"
    index_file.write_text(json.dumps(index), "utf-8")
    assert read_library(stock_library).template("D1").do_file is None


def test_what_is_no_library_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="not a folder"):
        read_library(tmp_path / "nowhere")
    with pytest.raises(LibraryError, match="no index and no do-files"):
        read_library(tmp_path)
    (tmp_path / "DO_LIBRARY_INDEX.json").write_text("{", "utf-8")
    with pytest.raises(LibraryError, match="can't be read as JSON"):
        read_library(tmp_path)


def test_digests_change_with_one_byte(stock_library: Path) -> None:
    before = file_digests(stock_library)
    assert "do/meta/D1_overview.meta.json" in before
    (stock_library / "do" / "D1_overview.do").write_bytes(D1 + b" ")
    after = file_digests(stock_library)
    assert {path for path in before if before[path] != after[path]} == {"do/D1_overview.do"}
