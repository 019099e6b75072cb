"""What was found of an SS in containers, as items. Pure."""

from collections.abc import Iterator

from ss_audit.doctor.model import ContainersSeen, Item
from ss_audit.doctor.scenarios import STARTED


def of_containers(seen: ContainersSeen, production: bool) -> Item:
    """The image or the containers that would be audited."""
    if seen.problem is not None:
        detail = f"{seen.detail}; {seen.problem}" if seen.detail else seen.problem
        return Item(what="SS", state="missing", detail=detail)
    where = f"{seen.detail}, at the engine {seen.engine}"
    if seen.stands_in is None:
        return Item(what="SS", state="ok", detail=where)
    detail = f"{where}; it says of itself that it stands in for SS: {seen.stands_in}"
    remedy = "-D docker_image=… with an image of SS" if production else ""
    return Item(what="SS", state="missing" if production else "note", detail=detail, remedy=remedy)


def of_logs(seen: ContainersSeen) -> Iterator[Item]:
    """One for each log that can't be seen. Which process runs Stata is told by the worker's alone."""
    for role, why in seen.unseen_logs:
        why, _, remedy = why.partition(": ")
        if role == "worker":
            yield Item(what="worker log", state="missing", detail=f"“{STARTED}” can't be evidenced: {why}", remedy=remedy)
        else:
            yield Item(what=f"{role} log", state="note", detail=why, remedy=remedy)
