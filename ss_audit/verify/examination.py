"""A bundle examined from end to end: the seal, the chain, the files, and the judgement, made again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ss_audit.report.what_was_audited import settings_event, title
from ss_audit.run_reading import LOG, BundleUnreadable, RunRead, read_run
from ss_audit.verify.beside import beside_problems
from ss_audit.verify.chain import FILE, chain_problems
from ss_audit.verify.files import file_problems
from ss_audit.verify.problem import Problem
from ss_audit.verify.replay import Replay
from ss_audit.verify.seal import SealSeen, look_at_seal
from ss_audit.verify.story import VERDICT_FILE, Ending, plan_of, plan_problems, seal_problems


class Verification(NamedTuple):
    """What came of it.

    `told` is the verdict in the bundle, None of an unfinished run; `again` the one that the evidence leads to, None where it
    leads to none. `unfinished` says why the run has no end, or is empty. `pin` is the digest of the bundle as it is;
    `pinned` and `signed` say whether it was held against a digest or a key from elsewhere, `has_signature` whether it has one.
    `suite` is the revision of the audit that the run was carried out with, None where none is known. `about` says which run
    it is, so that another run's bundle under this one's name is seen; `in_folder` that the folder around it was looked at.
    """

    bundle: Path
    problems: tuple[Problem, ...]
    told: str | None
    again: str | None
    unfinished: str
    lines: int
    findings: int
    files: int
    pin: str
    pinned: bool
    signed: bool
    has_signature: bool
    suite: str | None
    about: str
    in_folder: bool

    @property
    def holds(self) -> bool:
        """Whether it is intact and leads to the same verdict."""
        return not self.problems and not self.unfinished and self.told is not None and self.told == self.again


def verified(bundle: Path, digest: str | None = None, key: Ed25519PublicKey | None = None) -> Verification:
    """Examines a bundle, or the bundle in a run's folder. Reads only.

    `digest` is what was kept of it elsewhere ("sha256:…"), `key` the public half of the key it was signed with. Raises
    `BundleUnreadable` when there is no bundle, or one that the operating system does not let us read.
    """
    in_folder = not (bundle / "data").is_dir() and (bundle / "bundle" / "data").is_dir()
    place = (bundle / "bundle" if in_folder else bundle).resolve()
    if not (place / "data").is_dir():
        raise BundleUnreadable(f"{bundle} is no bundle: it has no folder “data”")
    try:
        return _examined(place, digest, key, bundle if in_folder else None)
    except OSError as error:
        raise BundleUnreadable(f"{error.filename or place} can't be read: {error.strerror}") from None


def _examined(bundle: Path, digest: str | None, key: Ed25519PublicKey | None, folder: Path | None) -> Verification:
    seal = look_at_seal(bundle, digest, key)
    beside = tuple(beside_problems(folder, seal.digests)) if folder and seal.sealed else ()
    known = Verification(
        bundle=bundle,
        problems=(*seal.problems, *beside),
        told=None,
        again=None,
        unfinished="",
        lines=0,
        findings=0,
        files=len(seal.digests),
        pin=seal.pin,
        pinned=digest is not None,
        signed=key is not None,
        has_signature=seal.signed,
        suite=None,
        about="",
        in_folder=folder is not None,
    )
    if seal.odd:
        return known
    missing = Problem(FILE, None, "it is not there")
    if f"data/{LOG}" not in seal.digests:
        return known._replace(problems=(*known.problems, missing), unfinished=_unfinished(None, seal))
    try:
        run = read_run(bundle)
    except BundleUnreadable as error:
        return known._replace(problems=(*known.problems, Problem("data", None, str(error))))
    told = run.verdict.get("verdict") if run.verdict else None
    known = known._replace(
        told=told, lines=len(run.events), unfinished=_unfinished(run, seal), suite=_suite(run), about=_about(run)
    )
    judging = _Judging(run, seal)
    problems = list(judging.problems())
    return known._replace(problems=(*known.problems, *problems), again=judging.again, findings=len(run_findings(run)))


def run_findings(run: RunRead) -> tuple[str, ...]:
    """The checks that the log has a finding of, each once."""
    return tuple(dict.fromkeys(str(event.data.get("check")) for event in run.of_type("finding")))


def _suite(run: RunRead) -> str | None:
    """As the log says it, which may say anything."""
    known = next((event.data.get("suite") for event in run.of_type("versions")), None)
    return str(known["revision"]) if isinstance(known, dict) and known.get("revision") else None


def _about(run: RunRead) -> str:
    """Which run this is: its id, when it started, on what. From its opening, which the rest has to agree with."""
    opened: Mapping[str, Any] = next((event.data for event in run.of_type("planned")), {})
    try:
        profile = settings_event(run)["settings"]["profile"]
        return f"run {opened['run_id']} of {opened['started_at']}, profile {profile}, {title(run)}"
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""  # the log may say anything; what is wrong with it is told by the examination


def _unfinished(run: RunRead | None, seal: SealSeen) -> str:
    """Why this is no finished run; empty when it is one. Whoever takes away all that a run's end adds makes it look so too."""
    if run is None or not any(run.of_type("planned")):
        return "it ended before its plan was on record"
    half = ", with a half line after them" if run.half_a_line else ""
    if not any(run.of_type("verdict")):
        return f"it was cut off after {len(run.events)} lines of its log{half}; it was never judged as a whole"
    return "" if seal.sealed else "it was judged and cut off before it was sealed"


class _Judging:
    """The part of the examination that reads the log. `again` is the verdict that the evidence leads to."""

    def __init__(self, run: RunRead, seal: SealSeen) -> None:
        self._run = run
        self._seal = seal
        self._finished = any(run.of_type("verdict"))
        self.again: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Everything that does not hold; what can't even be examined does not hold either."""
        yield from _guarded(FILE, chain_problems(self._run))
        yield from _guarded("data", file_problems(self._run, self._seal.digests, self._finished))
        yield from _guarded(FILE, self._judged())
        if self._finished and self._run.verdict is not None and self._seal.sealed:
            yield from _guarded(VERDICT_FILE, seal_problems(self._run, self._seal.digests))

    def _judged(self) -> Iterator[Problem]:
        run = self._run
        if not any(run.of_type("planned")):
            return
        planned = plan_of(run)
        yield from plan_problems(run, planned)
        replay = Replay(run, planned.plan)
        yield from replay.problems()
        if not self._finished:
            return
        ending = Ending(run, planned, replay)
        self.again = ending.verdict.word
        if run.verdict is None:
            yield Problem(VERDICT_FILE, None, "it is not there, and the log says that the run was judged")
        else:
            yield from ending.problems()


def _guarded(file: str, part: Iterator[Problem]) -> Iterator[Problem]:
    """A part of the examination. The bundle may hold anything, and whatever breaks us on it is told as what it is."""
    try:
        yield from part
    except BundleUnreadable as error:
        yield Problem(file, None, str(error))
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        yield Problem(file, None, f"it can't be examined to its end: {type(error).__name__}: {said}")
