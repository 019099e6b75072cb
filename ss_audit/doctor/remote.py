"""What was found of an SS that runs elsewhere, and of the operator's means for it, as items. Pure."""

from collections.abc import Iterator

from ss_audit.doctor.model import Item, MeansSeen, RemoteSeen


def of_remote(seen: RemoteSeen) -> Iterator[Item]:
    """Whether SS answers there, how far its clock is off, and whether there are codes enough."""
    if seen.problem is not None:
        yield Item(what="SS", state="missing", detail=seen.problem, remedy=seen.remedy)
    elif seen.status is None:
        detail = f"{seen.base_url} is behind tunnel_command, which is not opened now: whether SS answers is not known"
        yield Item(what="SS", state="note", detail=detail)
    else:
        detail = f"answers {seen.status} at {seen.base_url}; its revision is not known"
        yield Item(what="SS", state="ok", detail=detail)
    ahead = seen.clock_ahead or 0.0
    if abs(ahead) > 60:
        side = "ahead of" if ahead > 0 else "behind"
        detail = f"{abs(ahead):.0f} s {side} this machine's: no harm, times of both are never compared"
        yield Item(what="SS's clock", state="note", detail=detail)
    yield _codes(seen)


def _codes(seen: RemoteSeen) -> Item:
    remedy = f"put {seen.codes_needed} unused codes into task_codes, one a line; a run notes beside the file which it used"
    if seen.codes_problem is not None:
        return Item(what="task codes", state="missing", detail=seen.codes_problem, remedy=remedy)
    enough = seen.codes >= seen.codes_needed
    detail = f"{seen.codes} unused, and a whole audit uses {seen.codes_needed}"
    return Item(what="task codes", state="ok" if enough else "missing", detail=detail, remedy="" if enough else remedy)


def of_means(seen: MeansSeen) -> Iterator[Item]:
    """One item for each of the operator's commands; none of them is run."""
    for setting, program, found in seen.programs:
        remedy = "" if found else f"install {program}, or give its path in {setting}"
        detail = f"{program}{'' if found else ' is not on the PATH'}"
        yield Item(what=setting, state="ok" if found else "missing", detail=detail, remedy=remedy)
    for setting, problem in seen.files:
        detail = problem or "can be read"
        remedy = "a PEM file is wanted" if problem else ""
        yield Item(what=setting, state="missing" if problem else "ok", detail=detail, remedy=remedy)
