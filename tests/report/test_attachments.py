"""Evidence is named so that one finds it, and shown as what it is."""

from pathlib import Path
from typing import Any

import pytest
from allure_commons.types import AttachmentType

from ss_audit.evidence.model import Body, Evidence, Exchange, FileSeen, StoredArtifact
from ss_audit.report.attachments import Attachment, attachments
from ss_audit.report.evidence_names import evidence_name, names_of, run_numbers

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def artifact(rel_path: str, job: str = "job", title: str = "", **body: Any) -> StoredArtifact:
    name = title or rel_path.rpartition("/")[2]
    return StoredArtifact(id="E0007", title=name, job_id=job, rel_path=rel_path, body=Body(**({"size": 1, "text": "x"} | body)))


def shown(entry: Evidence, folder: Path = Path("/nowhere")) -> Attachment:
    (only,) = attachments(entry, evidence_name(entry, {}), folder)
    return only


@pytest.mark.parametrize(
    ("rel_path", "name"),
    [
        ("runs/b/artifacts/stata.log", "stata.log, run 2"),
        ("artifacts/llm/draft_preview-20261122T203341189078Z-ef0aebabcbd8/meta.json", "LLM metadata, draft"),
        ("artifacts/llm/do_template.select_template-20261122T203341Z-ef0a/prompt.txt", "LLM prompt, choice of template"),
        ("artifacts/llm/of-another-age-20261122T203341Z-ef0a/response.txt", "LLM answer, of-another-age"),
        ("runs/a/artifacts/template/meta.json", "description of the template, run 1"),
        ("artifacts/plan.json", "plan.json, the frozen plan"),
        ("inputs/manifest.json", "manifest of the inputs"),
        ("meta.json", "meta.json"),
    ],
)
def test_an_artifact_says_what_it_is(rel_path: str, name: str) -> None:
    others = [artifact(f"runs/{run}/artifacts/run.meta.json", job) for job, run in (("else", "z"), ("job", "a"), ("job", "b"))]
    assert evidence_name(artifact(rel_path), run_numbers(others)) == name


def test_a_later_look_says_so() -> None:
    entry = artifact("runs/a/artifacts/stata.log", title="stata.log, after restart")
    assert evidence_name(entry, run_numbers([entry])) == "stata.log, run 1, after restart"


def test_pieces_of_one_name_say_which_of_them_they_are() -> None:
    asked = [Exchange(id=f"E000{n}", title="GET job: 200", method="GET", url="http://ss/v1/jobs/1") for n in (1, 2)]
    assert names_of([asked[0], artifact("runs/a/artifacts/stata.log"), asked[1]], {}) == (
        "GET job: 200, 1 of 2", "stata.log", "GET job: 200, 2 of 2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rel_path", "text", "kind"),
    [
        ("a.json", '{"a":1}', AttachmentType.JSON),
        ("a.json", "<html>", AttachmentType.TEXT),
        ("a.csv", "a,b\n1,2", AttachmentType.CSV),
        ("a.html", "<script>", AttachmentType.TEXT),
        ("a.svg", "<svg onload=x>", AttachmentType.TEXT),
        ("stata.log", "x", AttachmentType.TEXT),
    ],
)
def test_each_is_shown_as_what_it_is_and_no_page_is(rel_path: str, text: str, kind: AttachmentType) -> None:
    attachment = shown(artifact(rel_path, text=text))
    assert attachment.kind is kind
    assert attachment.name.startswith("E0007 ")


def test_json_is_made_readable() -> None:
    assert shown(artifact("a.json", text='{"a":1}')).content == '{\n  "a": 1\n}'


def test_a_plot_is_a_picture_and_what_only_says_so_is_not(tmp_path: Path) -> None:
    (tmp_path / "plot.png").write_bytes(PNG)
    (tmp_path / "page.png").write_bytes(b"<html>")
    plot = artifact("outputs/plot.png", text=None, file="plot.png", size=28)
    assert shown(plot, tmp_path) == Attachment("E0007 plot.png", PNG, AttachmentType.PNG)
    for body in ({"file": "page.png"}, {"file": "plot.png", "cut": True}, {"file": "gone.png"}, {"file": None}):
        assert shown(artifact("plot.png", text=None, **body), tmp_path).kind is AttachmentType.TEXT


def test_a_file_of_ours_is_shown_by_its_path() -> None:
    seen = FileSeen(id="E0001", title="uploaded data set", path="panel.csv", body=Body(size=3, text="a,b"))
    assert shown(seen) == Attachment("E0001 uploaded data set", "a,b", AttachmentType.CSV)


def test_json_that_is_deeper_than_anybody_reads_is_shown_as_text() -> None:
    deep = "[" * 100_000
    assert shown(artifact("deep.json", text=deep, size=len(deep))).content == deep
