"""The views of a run: pages made from its sealed bundle alone, so that they can be made again at any time, anywhere.

They lie outside the bundle and prove nothing: what they say stands in the bundle, and they carry its digest.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from ss_audit.report.allure_html import write_allure_html
from ss_audit.report.inventory import inventory_page
from ss_audit.report.reconcile import ALLURE
from ss_audit.report.run_log import run_log
from ss_audit.report.summary.page import summary_page
from ss_audit.report.told.account import account_of
from ss_audit.report.told.chain import library_of, routes_of
from ss_audit.report.told.references import References
from ss_audit.run_reading import BundleUnreadable, RunRead, read_run

ALLURE_PAGE = "allure-report/index.html"
HISTORY, LATEST = "history.jsonl", "latest"
View = Callable[[RunRead, str, References], str]


def write_views(bundle: Path, folder: Path, digest: str) -> tuple[str, ...]:
    """Writes every view of the run in `bundle` into `folder`; a view that is there already is replaced as a whole.

    `digest` is what was kept of the bundle elsewhere ("sha256:…"), or empty when nothing was. Out: a line for each view
    that was written or could not be. Raises nothing: a view that can't be made changes no verdict.
    """
    try:
        run = read_run(bundle)
    except BundleUnreadable as error:
        return (f"no report could be made: {error}",)
    references = References(run, folder)
    pages = tuple(_written(folder / name, view, run, digest, references) for name, view in VIEWS.items())
    return (*pages, _allure(bundle, folder, digest))


def _allure(bundle: Path, folder: Path, digest: str) -> str:
    """Allure's report, made by a program that need not be here. Earlier runs are remembered where runs lie side by side."""
    runs = folder.resolve().parent
    history = runs / HISTORY if (runs / LATEST).is_symlink() else None
    missing = write_allure_html(bundle / "data" / ALLURE, folder / ALLURE_PAGE, history, digest)
    return missing or f"{ALLURE_PAGE} written"


def _written(file: Path, view: View, run: RunRead, digest: str, references: References) -> str:
    unfinished = file.with_name(f".{file.name}.part")
    try:
        unfinished.write_text(view(run, digest, references), "utf-8")
        unfinished.replace(file)
    except Exception as error:
        unfinished.unlink(missing_ok=True)
        return f"{file.name} could not be made: {type(error).__name__}: {error}"
    return f"{file.name} written"


def _inventory(run: RunRead, digest: str, references: References) -> str:
    told = account_of(run, digest)
    about = {
        "audited": told.title,
        "run": told.run_id,
        "verdict of the run": told.word,
        "digest of the bundle": digest or "none",
    }
    return inventory_page(about, routes_of(run), library_of(run), references)


VIEWS: Mapping[str, View] = MappingProxyType({"inventory.md": _inventory, "run-log.md": run_log, "summary.html": summary_page})
