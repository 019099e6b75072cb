"""The end of a run, in the one order in which nothing can be added behind the back of what pins it (design §6).

Last evidence; results of behave, JUnit and Allure reconciled, their digests an event; judged; `verdict.json`; verdict event;
the bag sealed; views; the folder searched once more, and where a secret was written last, the verdict taken back. Up to the
judgement nothing that breaks ends the closing: it is a reason why the run is partial, so that what was seen still leads to a
verdict. What breaks after it raises: a verdict that is not sealed is none.
"""

import json
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ss_audit.account import Circumstances, account, judged
from ss_audit.audit import Audit
from ss_audit.evidence import har
from ss_audit.evidence.bag import digest_of, files_in, write_whole
from ss_audit.evidence.masked_fields import fields_masked
from ss_audit.evidence.model import Statement, now
from ss_audit.evidence.secret_search import Searched, search
from ss_audit.evidence.seen import LibraryTrace, SurfacesSeen
from ss_audit.planned import PlanOnRecord
from ss_audit.report.behave_reports import BehaveReports
from ss_audit.report.reconcile import Reconciled
from ss_audit.results import Trouble, gap, trouble
from ss_audit.run_reading import LOG, VERDICT, read_run
from ss_audit.sealing import seal_run
from ss_audit.stack.errors import NotPutBack, StackError
from ss_audit.verdict import ScenarioResult, Verdict

T = TypeVar("T")
DIGEST = re.compile(rb'"[a-z_]*sha256":"([0-9a-f]{64})"')
MADE_OF_THE_BUNDLE = ("allure-report/", "summary.html", "bundle/data/har/")


class Closed(NamedTuple):
    """A run that was judged and sealed. `digest` pins its bundle."""

    verdict: Verdict
    digest: str


class _Known(NamedTuple):
    """What the judgement rests on besides secrets: nothing of it changes once it is known."""

    about: Circumstances
    results: tuple[ScenarioResult, ...]
    left: str | None
    problems: list[str]
    archives: Mapping[str, tuple[str, ...]] | None
    filed: dict[str, str]


class Closing:
    """Closes one run.

    In: the audit; its plan as it is on record; the run's folder; what behave tells; what was audited, in a line; the key to
    sign with, or None.
    """

    def __init__(
        self,
        audit: Audit,
        planned: PlanOnRecord,
        folder: Path,
        reports: BehaveReports,
        title: Callable[[], str],
        key: Ed25519PrivateKey | None,
    ) -> None:
        self._audit, self._planned, self._reports, self._title, self._key = audit, planned, reports, title, key
        self._folder, self._bundle = folder, folder / "bundle"
        self._data = self._bundle / "data"
        self._said: Trouble | None = None
        self._known: _Known | None = None
        self._leaked: tuple[str, ...] = ()

    def close(self, said: Trouble | None) -> Closed:
        """In: why the run is partial, as far as behave's runner knows. Raises OSError when the end can't be written down."""
        audit, archive = self._audit, self._audit.archive
        self._said = said
        if said is None:
            self._tried("the last look", audit.look_once_more, None)
        left = self._tried("ending what was started", self._end_everything, None)
        archives = self._tried("filing the HTTP exchanges", self._file_exchanges, None)
        results = audit.results()
        partial = gap(self._said, left, self._planned.lost, results) is not None
        compared = self._tried("completing the reports", lambda: self._reports.completed(results, partial), None)
        told = compared or Reconciled((), {})
        how = {"compared": compared is not None, "interrupted": partial}
        problems = archive.masked(told.problems)
        archive.event_of_ours("reconciled", {**how, "problems": problems, "files": told.files})
        found = self._tried("the search for secrets", self._search, Searched((), ()))
        self._leaked = tuple(map(str, found.hits))
        archive.event_of_ours("searched", {"not_searched": archive.masked(found.missed)})
        filed = self._digests()
        archive.event_of_ours("filed", {"files": filed})
        about = Circumstances.model_validate(fields_masked(self._circumstances(), archive.masked))
        self._known = _Known(about, results, archive.masked(left), problems, archives, filed)
        return self._judged(self._known)

    def looked_through(self) -> Closed | None:
        """The last search, when everything is written, views included. The log ends with it.

        Out: None when there is nothing new; else the run as it was judged and sealed again, INCONCLUSIVE through our own
        fault: its views have to be made anew. Raises OSError when that can't be written down.
        """
        assert self._known is not None
        said, leaked = self._said, self._leaked
        found = self._tried("the last search for secrets", self._search, Searched((), ()))
        self._leaked = (*leaked, *(told for told in map(str, found.hits) if told not in leaked))
        again = self._judged(self._known) if (said, leaked) != (self._said, self._leaked) else None
        self._audit.archive.close()
        return again

    def _judged(self, known: _Known) -> Closed:
        """Everything from the judgement to the seal. A second time it takes the place of the first."""
        archive, left, leaked = self._audit.archive, known.left, self._leaked
        said = self._said and self._said.model_copy(update={"what": archive.masked(self._said.what)})
        rests_on = {"circumstances": known.about.model_dump(mode="json"), "said": said and said.model_dump(), "left": left}
        archive.event_of_ours("closing", {**rests_on, "leaked": leaked, "archived": known.archives is not None})
        why = trouble(gap(said, left, self._planned.lost, known.results), known.problems, leaked)
        verdict = judged(known.about, known.results, why, leaked)
        surfaces, trace = self._audit.observed(SurfacesSeen), self._audit.observed(LibraryTrace)
        archives = known.archives or {}
        document = archive.judged(account(known.about, verdict, known.results, surfaces, trace, archives, archive.head))
        self._reports.describe(self._title(), known.about.stand_ins, document, known.problems)
        write_whole(self._data / VERDICT, json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8"))
        files = self._changed_since(known.filed)
        archive.event_of_ours("verdict", {"verdict": verdict.word, "blame": verdict.blame, "files": files})
        return Closed(verdict, seal_run(self._bundle, document, self._key))

    def _tried(self, what: str, step: Callable[[], T], otherwise: T) -> T:
        """A step of the closing; when it breaks, the run is partial because of that."""
        try:
            return step()
        except OSError as error:
            broken = Trouble(what=f"{what}: the operating system refused: {error}", blame="environment")
        except Exception as error:
            broken = Trouble(what=f"{what} broke: {type(error).__name__}: {error}", blame="audit")
            print(self._audit.archive.redactor.mask(traceback.format_exc()), file=sys.stderr)
        self._said = self._said or broken
        return otherwise

    def _end_everything(self) -> str | None:
        """Ends what the audit started. Out: what should have ended before by itself, in words; it is on record too."""
        lab, left = self._audit.lab, None
        try:
            lab.close()
        except NotPutBack as error:
            self._audit.archive.record(Statement(title="SS was not put back as it was found", detail={"what": str(error)}))
            self._said = self._said or Trouble(what=str(error), blame=error.blame)
        except (StackError, OSError) as error:
            left = str(error)
        if lab.leaks:
            left = f"processes were left running: {', '.join(map(str, lab.leaks))}"
        if left:
            self._audit.archive.record(Statement(title="something outlived its end", detail={"what": left}))
        return left

    def _file_exchanges(self) -> Mapping[str, tuple[str, ...]]:
        """Writes a HAR for each observation. Out: the ids of the exchanges in each, by its path."""
        run = read_run(self._bundle)
        for name, content in har.archives(run.archives, self._audit.archive.entries, self._data):
            (self._data / name).parent.mkdir(exist_ok=True)
            (self._data / name).write_bytes(content)
        return run.archives

    def _search(self) -> Searched:
        """Where in the run's folder a secret stands, in words that do not repeat it, and what could not be searched.

        What SS itself called a secret is no secret when anybody can work it out: SS would take our digests of what it
        offers for a leak. And what is made of the bundle alone (the pages, the HARs with their base64) can't hold what the
        bundle does not: there such a value stands by chance, or because SS took it from there.
        """
        redactor = self._audit.archive.redactor
        told = redactor.told_forms()
        counted = told and self._digests_known()
        forms = {form: name for form, name in redactor.forms().items() if told.get(form) not in counted}
        from_ss = {form for form in forms if form in told}
        found = search(self._folder, {form: name for form, name in forms.items() if form not in from_ss})
        more = search(self._folder, {form: forms[form] for form in from_ss}).hits if from_ss else ()
        here = (hit for hit in more if not hit.file.startswith(MADE_OF_THE_BUNDLE))
        return Searched(tuple(sorted({*found.hits, *here})), found.missed)

    def _digests_known(self) -> set[bytes]:
        """Every digest of ours: of the files, and in the log."""
        in_log = DIGEST.findall((self._data / LOG).read_bytes())
        return {*in_log, *(digest.encode() for digest in self._digests().values())}

    def _digests(self) -> dict[str, str]:
        """The digest of every file beside the log, by its path, as it is now."""
        return {name: digest_of(self._data / name) for name in files_in(self._data) if name != LOG}

    def _changed_since(self, filed: Mapping[str, str]) -> dict[str, str | None]:
        """What was written since these digests were taken, with the digest that it has now; None of what is gone."""
        present = self._digests()
        return {**dict(present.items() - filed.items()), **dict.fromkeys(filed.keys() - present.keys())}

    def _circumstances(self) -> Circumstances:
        audit, in_force = self._audit, self._audit.in_force
        bench = audit.lab.benches.get("main")
        return Circumstances(
            run_id=audit.run_id,
            started_at=audit.started_at.isoformat(),
            ended_at=now().isoformat(),
            profile=in_force.settings.profile,
            stack=in_force.stack,
            seed=in_force.settings.seed,
            base_url=bench.stack.base_url if bench else in_force.settings.base_url,
            revision=bench.stack.revision if bench else None,
            stand_ins=in_force.stand_ins,
            stata=in_force.stata,
            llm=in_force.llm,
        )
