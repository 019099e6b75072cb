"""The Allure report of a run as one HTML file, made by Allure 3 (npm). A view: it lies outside the bundle and proves nothing.

The page opens from disk and asks nobody for anything: Allure's analytics tag is taken out, and a policy in the page forbids
what might have been overlooked.
"""

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ss_audit.report import spec_text
from ss_audit.report.allure_files import SPEC_ATTACHMENT
from ss_audit.report.allure_places import SHOWN
from ss_audit.report.allure_program import AllureFailed, found, generate
from ss_audit.report.history import History

SPEC = "spec"
HOW = "for it, install Node.js 20, run `npm ci --prefix .ci` in the audit's folder, then `ss-audit report {bundle}`"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data: blob:; style-src 'unsafe-inline' data:; img-src data: blob:; "
    "font-src data:; media-src data: blob:; connect-src data: blob:; frame-src data: blob:"
)
WHOLE_VALUES = (
    "[data-testid=report-variables] [data-testid=metadata-list]{grid-template-columns:1fr!important}"
    "[data-testid=report-variables] [data-testid=metadata-item]{grid-template-columns:11rem 1fr!important}"
    "[data-testid=metadata-item-value],[data-testid=metadata-item-value] *"
    "{max-width:none!important;white-space:normal!important;overflow:visible!important;height:auto!important;text-align:left}"
)
"""Allure cuts what it shows of a run after some thirty characters; a digest that is cut is none."""
OPEN_SPEC = """
addEventListener("click", event => {
  const link = event.target instanceof Element && event.target.closest("[data-testid=test-result-meta-link]");
  const name = link && link.textContent.startsWith("spec: ") && link.textContent.slice(6);
  if (!name) return;
  const page = URL.createObjectURL(new Blob([SPEC_PAGE], {type: "text/html"}));
  open(page + "#" + name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, ""));
});
"""
"""Allure makes a link only of what has a host; the spec lies within the page, so that the page may be handed on alone."""
LOOKS_LIKE_A_LINK = "[data-testid=test-result-meta-link] span{cursor:pointer;text-decoration:underline}"
ANALYTICS = re.compile(r"<script[^>]*googletagmanager[^>]*>\s*</script>\s*<script>[^<]*\bgtag\([^<]*</script>")
OUTSIDE = re.compile(r"<(?:script|link|img|iframe|object|embed)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.I)


def write_allure_html(results: Path, target: Path, history: Path | None, digest: str) -> str | None:
    """Writes the report of these Allure results to `target`, one file with the spec that it links to in it.

    In: the bundle's `allure-results`; the page to write; the file that remembers earlier runs (a line each; this run is added
    once), or None; the digest of the bundle, or "" when it has none. Out: None, or in one line why there is no page and how
    to get it. Raises nothing.
    """
    program = found()
    if program is None:
        return f"{target.name} of Allure was not made: there is no Allure 3 here; {HOW.format(bundle=_quoted(results))}"
    try:
        with tempfile.TemporaryDirectory(prefix="ss-audit-allure-") as place:
            _write(program, Path(place), results, target, History(history), digest)
    except (AllureFailed, OSError, ValueError) as error:
        return f"{target.name} of Allure was not made: {' '.join(str(error).split())}"
    return None


def _quoted(results: Path) -> str:
    """The bundle in which these results lie, to be pasted."""
    return shlex.quote(str(results.parents[1]))


def _write(program: Path, place: Path, results: Path, target: Path, history: History, digest: str) -> None:
    copy = place / "results"
    shutil.copytree(results, copy)
    facts = _facts(copy)
    spec = copy / SPEC_ATTACHMENT
    spec_page = spec_text.page(spec.read_text("utf-8")) if spec.exists() else ""
    if spec_page:
        _link_to_spec(copy, spec_page)
    run_id = facts.get("Run", "")
    past = place / "history.jsonl"
    past.write_text(history.before(run_id), "utf-8")
    (copy / "environment.properties").unlink(missing_ok=True)
    pinned = {"Digest of the bundle": digest or "none: the run has no sealed bundle"}
    shown = {name: value for part in (_first(facts, 2), pinned, facts) for name, value in part.items()}
    page = generate(program, place, copy, _configuration(copy, shown, past))
    whole = _self_contained(page, spec_page)
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, whole)
    if facts.get("Ended"):
        history.add(run_id, past)


def _configuration(results: Path, variables: Mapping[str, str], past: Path) -> dict[str, Any]:
    """Allure's own configuration. What the run says of itself (name, categories) lies among its results."""
    try:
        said = json.loads((results / "allurerc.json").read_text("utf-8"))
    except (OSError, ValueError):
        said = {}
    name = str(said.get("name", "SS production audit"))
    options = {
        "singleFile": True,
        "reportName": name,
        "reportLanguage": "en",
        "groupBy": ["epic", "feature"],
        "stepTreeExpansion": "expand_failed_only",
    }
    categories = [{**rule, "groupByMessage": False, "expand": True} for rule in said.get("categories", [])]
    return {
        "name": name,
        "categories": categories,
        "variables": dict(variables),
        "historyPath": str(past),
        "appendHistory": True,
        "plugins": {"awesome": {"options": options}},
    }


def _first(facts: Mapping[str, str], number: int) -> dict[str, str]:
    """So many of the facts: Allure folds away what comes after the eighth, and the digest must not be there."""
    return dict(list(facts.items())[:number])


def _facts(results: Path) -> dict[str, str]:
    try:
        lines = (results / "environment.properties").read_text("utf-8").splitlines()
    except OSError:
        return {}
    return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals}


def _link_to_spec(results: Path, spec_page: str) -> None:
    """Each scenario links to its place in the spec; where the spec has no such scenario, to that of its requirement."""
    for file in results.glob(SHOWN):
        try:
            result = json.loads(file.read_text("utf-8"))
            labels = {label["name"]: label["value"] for label in result["labels"]}
        except (ValueError, LookupError, TypeError):
            continue
        for kind in ("story", "feature"):
            name = str(labels.get(kind, ""))
            anchor = spec_text.anchor(name)
            if f'id="{anchor}"' in spec_page:
                link = {"type": "link", "name": f"spec: {name}", "url": f"{SPEC}#{anchor}"}
                result["links"] = [*result.get("links", []), link]
                file.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
                break


def _self_contained(page: str, spec_page: str) -> str:
    """The page without analytics, with whole values and links to the spec, and with a policy against asking anybody."""
    without = ANALYTICS.sub("", page)
    outside = OUTSIDE.search(without)
    if outside or "googletagmanager" in without:
        raise AllureFailed(f"the page of this Allure asks others for something: {outside.group() if outside else 'analytics'}")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    embedded = json.dumps(spec_page).replace("<", "\\u003c")  # nothing in it ends the script
    script = f"<script>{OPEN_SPEC.replace('SPEC_PAGE', embedded)}</script>" if spec_page else ""
    head = f"{policy}<style>{WHOLE_VALUES}{LOOKS_LIKE_A_LINK}</style>{script}"
    return without.replace("<head>", f"<head>{head}", 1)


def _replace(target: Path, text: str) -> None:
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(target)
