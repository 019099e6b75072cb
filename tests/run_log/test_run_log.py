"""The run log of runs that went well, badly or half: its sections, its order, and that nothing in it is markup of SS's."""

import re
from pathlib import Path

import pytest
from checks.observations import halted, main_journey
from checks.test_inventory_and_library import route, seen, trace
from markdown_it import MarkdownIt
from summary.bundles import HOSTILE, Said, bundle

from ss_audit.report.markdown import code, prose
from ss_audit.report.views import write_views
from ss_audit.verdict import AUDIT_POINTS

SECTIONS = (
    "Start commands", "Inventory notes", "Journey", "LLM evidence", "Stata runner evidence", "Restart", "Key audit points",
    "Blocking issues", "Advisories", "Scenarios", "Verdict", "Numbers", "Names", "Evidence",
)  # fmt: skip
SELECTION = "Template selection is not hard-coded"


def log_of(folder: Path) -> str:
    assert "run-log.md written" in write_views(folder, folder.parent, "sha256:" + "cd" * 32)
    return (folder.parent / "run-log.md").read_text("utf-8")


def section(log: str, name: str) -> str:
    return log.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("finished", [True, False], ids=["finished", "unfinished"])
@pytest.mark.parametrize("saw", ["everything", "half a journey", "nothing"])
def test_every_section_is_there_whatever_was_reached(tmp_path: Path, saw: str, finished: bool) -> None:
    seen_ = {
        "everything": (main_journey(), trace(), seen(route("/v1/x"))),
        "half a journey": (halted("freeze"),),
        "nothing": (),
    }
    log = log_of(bundle(tmp_path, *seen_[saw], finished=finished))
    assert re.findall(r"^## (.+)$", log, re.M) == list(SECTIONS)
    assert all(section(log, name).strip() for name in SECTIONS)


def test_a_blocking_issue_has_evidence_impact_and_fix(tmp_path: Path) -> None:
    log = log_of(bundle(tmp_path, main_journey(), said={SELECTION: ("fail", "different templates", "always R01")}))
    issue = section(log, "Blocking issues")
    for line in ("- outcome: fail", "- expected: different templates", "- saw: always R01", "- impact: ", "- fix direction: "):
        assert f"\n{line}" in issue
    cited = re.search(r"^- evidence: \[(\d+)\]", issue, re.M)
    assert cited
    assert re.search(rf"^- \[{cited[1]}\] \[E\d+\]\(", section(log, "Evidence"), re.M)
    assert f"### {'Template selection is stable and not hard-coded'}: FAIL" in section(log, "Key audit points")
    assert "**NOT READY**" in section(log, "Verdict")


def test_an_audit_point_names_all_scenarios_that_it_rests_on(tmp_path: Path) -> None:
    points = section(log_of(bundle(tmp_path, main_journey())), "Key audit points")
    for names in AUDIT_POINTS.values():
        assert f"Rests on {' and '.join(f'“{name}”' for name in names)}." in points


def test_nothing_of_ss_is_markup(tmp_path: Path) -> None:
    said = {SELECTION: ("fail", HOSTILE, HOSTILE)}
    log = log_of(bundle(tmp_path, halted("freeze", HOSTILE), said=said, partial=HOSTILE, blame="operator"))  # type: ignore[arg-type]
    tokens = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(log)
    inline = [child for token in tokens for child in token.children or ()]
    assert [
        t.content for t in (*tokens, *inline) if t.type in ("html_block", "html_inline", "fence", "code_block", "image")
    ] == []
    assert [t.attrs["href"] for t in inline if t.type == "link_open" and not str(t.attrs["href"]).startswith("bundle/")] == []
    assert not {"\u202e", "\x1b"} & set(log)
    for match in re.finditer(r"https?://|www\.", log):
        before = log[: match.start()].rpartition("\n")[2]
        assert before.count("`") % 2 == 1 or before.endswith("\\"), "an address outside a code span links itself on GitHub"
    headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    assert headings == list(SECTIONS)


def test_the_same_bundle_gives_the_same_log(tmp_path: Path) -> None:
    folder = bundle(tmp_path, main_journey(), trace())
    assert log_of(folder) == log_of(folder)


def test_two_runs_differ_only_in_the_head_and_the_sections_for_what_differs(tmp_path: Path) -> None:
    one = log_of(bundle(tmp_path / "one", main_journey(), trace()))
    other = log_of(bundle(tmp_path / "other", trace(), main_journey()))
    assert one != other, "the entries have other numbers"
    bodies = [log.partition("\n## Start commands\n")[2].partition("\n## Numbers\n")[0] for log in (one, other)]
    assert bodies[0] == bodies[1]
    heads = [log.partition("\n## ")[0].splitlines() for log in (one, other)]
    differing = [line for line, its in zip(*heads, strict=True) if line != its]
    assert [line for line in differing if not line.startswith("- head of the event log")] == []


def test_a_name_that_only_this_run_has_is_told_once_and_a_word_stands_for_it_in_the_text(tmp_path: Path) -> None:
    saw = "api: pid 4711 → 4712 at 127.0.0.1:5123 wants ssaudit_ab12cd34 in /tmp/x/ss-audit-q_3gvn6e/main; 4711 bytes"
    said: dict[str, Said] = {SELECTION: ("fail", f"sha256:{'ab' * 32}", saw)}
    log = log_of(bundle(tmp_path, main_journey(), said=said))
    body, names = log.partition("\n## Names\n")[::2]
    issue = section(body, "Blocking issues")
    assert "saw: api: pid {process 1} → {process 2} at {address 1} wants {package 1} in {folder 1}/main; 4711 bytes" in issue
    assert re.search(r"expected: \{digest \d+\}", issue)
    job = main_journey().job_id
    assert job
    assert job not in body.partition("\n## Start commands\n")[2]
    for row in ("{process 2} | `4712`", "{package 1} | `ssaudit_ab12cd34`", f"| `{job}`", "`/tmp/x/ss-audit-q_3gvn6e`"):
        assert row in names


@pytest.mark.parametrize("text", ["a`b", "`", "``x", "x`", " ", "", "a\nb", "\x1b[0m"])
def test_a_code_span_holds_any_text(text: str) -> None:
    (paragraph,) = (t for t in MarkdownIt().parse(f"x {code(text)} y") if t.type == "inline")
    spans = [child for child in paragraph.children or () if child.type == "code_inline"]
    assert len(spans) == (1 if text.strip() else 0)


@pytest.mark.parametrize("text", ["*a*", "[a](b)", "<b>", "&amp;", "# a", "a | b", "`a`", "a\n\n    b", "\\*", "_x_", "~~a~~"])
def test_prose_is_shown_as_it_was_written(text: str) -> None:
    (inline,) = (t for t in MarkdownIt().parse(f"- saw: {prose(text)}") if t.type == "inline")
    children = inline.children or []
    assert {child.type for child in children} == {"text"}
    assert "".join(child.content for child in children) == f"saw: {' '.join(text.split())}"
