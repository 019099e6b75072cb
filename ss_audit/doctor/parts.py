"""What was found of the stack, its interpreter, Stata, the library and the machine, as items. Pure."""

from collections.abc import Iterable, Iterator

from ss_audit.checks.own_data import SCENARIO as OWN_DATA
from ss_audit.doctor.model import CheckoutSeen, DataSeen, InterpreterSeen, Item, LibrarySeen, MachineSeen, StataSeen
from ss_audit.known_secrets import not_masked, told_of
from ss_audit.settings import InForce
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.inspect import inspect

_S3 = ("SS_UPLOAD_S3_BUCKET", "SS_UPLOAD_S3_ACCESS_KEY_ID", "SS_UPLOAD_S3_SECRET_ACCESS_KEY")
_SET_STATA = "export SS_STATA_CMD='/path/to/stata-mp', a licensed Stata"


def of_settings(in_force: InForce, refused: Iterable[str]) -> Iterator[Item]:
    """The profile, whatever of the settings was refused, and those that differ from the default."""
    profile = in_force.settings.profile
    meaning = "no stand-in is ever started" if profile == "production" else "labelled stand-ins for what is not configured"
    remedy = "" if profile == "production" else "a rehearsal is never READY; -D profile=production to audit for real"
    yield Item(what="profile", state="ok" if profile == "production" else "note", detail=f"{profile}: {meaning}", remedy=remedy)
    for problem in refused:
        yield Item(what="settings", state="missing", detail=problem)
    shown = in_force.settings.model_dump(mode="json")
    said = [f"{name}={_value(shown[name])} ({origin})" for name, origin in sorted(in_force.origin.items()) if name in shown]
    yield Item(what="settings", state="note", detail="; ".join(said) or "all at their defaults")
    if unmasked := not_masked(in_force):
        remedy = "a longer secret, of chance, is masked wherever it stands"
        yield Item(what="secrets", state="note", detail=told_of(unmasked), remedy=remedy)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(value)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def of_stack(in_force: InForce, checkout: CheckoutSeen | None) -> Iterator[Item]:
    """The SS that would be audited."""
    settings = in_force.settings
    if settings.profile == "production" and settings.stack in (None, "reference"):
        return  # refused among the settings
    if in_force.stack == "reference":
        remedy = "-D stack=checkout -D ss_root=… to audit an SS of yours"
        yield Item(what="SS", state="note", detail="the reference SS, a stand-in of this project's own", remedy=remedy)
    elif in_force.stack == "checkout" and checkout is not None:
        yield from _of_checkout(checkout, settings.profile == "production")


def _of_checkout(checkout: CheckoutSeen, production: bool) -> Iterator[Item]:
    remedy = "set ss_root to the root folder of an SS checkout, the one with src/main.py"
    if not checkout.is_folder or not checkout.has_api:
        lacking = "has no src/main.py" if checkout.is_folder else "is no folder"
        yield Item(what="SS", state="missing", detail=f"{checkout.path} {lacking}", remedy=remedy)
        return
    yield Item(what="SS", state="ok", detail=checkout.path)
    if checkout.revision is None:
        detail, remedy = (
            "git knows none, so the verdict can't name one",
            "audit a clone of SS's repository, with git on the PATH",
        )
        yield Item(what="SS revision", state="note", detail=detail, remedy=remedy)
    else:
        changed = ", with changes that are not committed" if checkout.dirty else ""
        remedy = "commit or stash them in SS, so that the revision says what was audited" if changed else ""
        state: Item = Item(what="SS revision", state="ok", detail=checkout.revision)
        yield (
            state if not changed else Item(what="SS revision", state="note", detail=checkout.revision + changed, remedy=remedy)
        )
    if checkout.env_file:
        how = "honoured, below the environment" if production else "overridden name by name in a rehearsal"
        yield Item(what="SS .env", state="note", detail=f"{how}: {', '.join(checkout.env_file)}")


def of_interpreter(seen: InterpreterSeen, named: bool) -> Item:
    """The interpreter that would run SS. `named`: whether the operator said which one."""
    if seen.problem:
        remedy = "-D ss_python=/path/to/SS/venv/bin/python, with SS's requirements installed"
        return Item(what="interpreter", state="missing", detail=f"{seen.path}: {seen.problem}", remedy=remedy)
    whose = "" if named else "; the audit's own, since ss_python is not set"
    detail = f"{seen.path}, Python {seen.version}, imports fastapi and uvicorn{whose}"
    return Item(what="interpreter", state="ok" if named else "note", detail=detail)


def of_stata(in_force: InForce, seen: StataSeen | None) -> Item:
    """Whose Stata SS would run, and what came of one line of do-file."""
    if in_force.stata == "rehearsal":
        if in_force.stack == "remote":
            detail, remedy = "declared to stand in over there, by default in a rehearsal", "-D stata=real if a real one runs"
            return Item(what="Stata", state="note", detail=detail, remedy=remedy)
        detail = "the rehearsal engine stands in (python -m rehearsal.stata)"
        return Item(what="Stata", state="note", detail=detail, remedy=f"for a real one {_SET_STATA}")
    if in_force.stack in ("remote", "docker"):
        return Item(what="Stata", state="note", detail="whatever the deployment runs; it can't be tried from here")
    if seen is None or seen.problem:
        detail = seen.problem if seen and seen.problem else "it was not tried"
        return Item(what="Stata", state="missing", detail=detail, remedy=_SET_STATA)
    return _of_trial(seen)


def _of_trial(seen: StataSeen) -> Item:
    command = seen.command[0]
    if seen.log is None:
        detail = f"{command} ended with exit status {seen.exit_status} and wrote no log: that is no Stata"
        return Item(what="Stata", state="missing", detail=detail, remedy=_SET_STATA)
    found = inspect(seen.log)
    if found.standing == "not a stata log":
        detail = f"{command} wrote something that is no Stata log"
    elif found.standing == "announces itself as a rehearsal":
        detail = f"{command} announces itself as a rehearsal engine; an audit would refute it"
    elif found.outcome != "ok":
        how = "was cut off" if found.outcome == "killed" else f"failed with {found.outcome[0]}({found.outcome[1:]})"
        detail = f"{command} can be started, but one line of do-file {how}: look at its licence"
    else:
        return Item(what="Stata", state="ok", detail=f"{command}, which says that it is {_version(seen.log)}")
    return Item(what="Stata", state="missing", detail=detail, remedy=_SET_STATA)


def _version(log: bytes) -> str:
    banner = read_log(log).banner
    if banner is None:
        return "a Stata of unknown version"
    edition = f", edition {banner.edition}" if banner.edition else ", edition not said"
    until = f", licensed until {banner.expires}" if banner.expires else ""
    return f"{'StataNow' if banner.now else 'Stata'} {banner.version}{edition}{until}"


def of_library(seen: LibrarySeen) -> Item:
    """SS's do-template library."""
    if seen.problem:
        remedy = "point SS_DO_TEMPLATE_LIBRARY_DIR to SS's library, or restore it in the checkout"
        return Item(what="template library", state="missing", detail=seen.problem, remedy=remedy)
    return Item(what="template library", state="ok", detail=f"{seen.path}, {seen.templates} templates")


def of_data(seen: DataSeen | None) -> Item:
    """The operator's data set, where one is given that can be used."""
    if seen is None:
        detail = f"the audit's own, generated anew for each run; “{OWN_DATA}” is not planned"
        return Item(
            what="data", state="note", detail=detail, remedy="-D dataset=/path/to/data.csv plans it with a CSV of yours"
        )
    detail = f"besides the audit's own {seen.path}, {seen.rows} rows of {seen.columns} columns; asked about: "
    return Item(what="data", state="ok", detail=detail + ", ".join(seen.asked_about))


def of_object_store(ss: dict[str, str]) -> Iterator[Item]:
    """SS with SS_ENV=production refuses to start without an object store for uploads, though the journey never uses it."""
    in_production = ss.get("SS_ENV", "").strip().lower() in ("production", "prod")
    lacking = [name for name in _S3 if not ss.get(name, "").strip()]
    if in_production and lacking:
        detail = f"SS_ENV is production, and {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not set"
        remedy = "export them: an SS in production may refuse to start without"
        yield Item(what="object store", state="note", detail=detail, remedy=remedy)


def of_machine(seen: MachineSeen) -> Iterator[Item]:
    """Disk, ports, git, and the spec pack."""
    for place, free in seen.free:
        detail = f"{free // 2**20} MiB free for {place}, {seen.needed // 2**20} needed at least"
        enough = free >= seen.needed
        yield Item(what="disk", state="ok" if enough else "missing", detail=detail, remedy="" if enough else "free some")
    if seen.port is None:
        yield Item(
            what="ports", state="missing", detail="no port on 127.0.0.1 can be opened", remedy="let the audit use loopback"
        )
    else:
        yield Item(what="ports", state="ok", detail="free ones on 127.0.0.1; each SS gets its own")
    if seen.git:
        yield Item(what="git", state="ok", detail="found")
    else:
        yield Item(what="git", state="note", detail="not found: revisions stay unknown", remedy="install git")
    if seen.pack_problem:
        remedy = "restore openspec/specs/ss-production-e2e-audit"
        yield Item(what="spec pack", state="missing", detail=seen.pack_problem, remedy=remedy)
    else:
        yield Item(what="spec pack", state="ok", detail=f"spec.md and {seen.cards} task cards")
