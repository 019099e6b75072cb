"""Looking at the container engine: does it answer, and has it what the settings name? Nothing is started."""

from ss_audit.doctor.model import ContainersSeen
from ss_audit.settings import Settings
from ss_audit.stack.docker import found
from ss_audit.stack.docker.engine import Engine, address
from ss_audit.stack.docker.image import SSImage
from ss_audit.stack.docker.kept_logs import why_not_kept
from ss_audit.stack.errors import StackError
from ss_audit.stack.remote.operators_logs import COMMANDS


def containers(settings: Settings) -> ContainersSeen:
    """The image that SS would be started from, or the containers that would be attached to."""
    seen = ContainersSeen(engine=address())
    try:
        engine = Engine()
    except StackError as error:
        return seen.model_copy(update={"problem": str(error)})
    try:
        if settings.docker_image is not None:
            image = SSImage(engine, settings.docker_image, "doctor")
            detail = f"image {image.name}, {image.digest}"
            return seen.model_copy(update={"detail": detail, "stands_in": image.stands_in, "problem": engine.elsewhere})
        roles = {"api": settings.api_container, "worker": settings.worker_container}
        there = found.containers(engine, settings.compose_project, roles)  # type: ignore[arg-type]
        named = [f"{role}: {c.name}, {'runs' if c.is_alive else 'does not run'}" for role, c in there.items()]
        stopped = [c.name for c in there.values() if not c.is_alive]
        problem = f"{' and '.join(stopped)} has to run before an audit can attach" if stopped else None
        uncommanded = [c for c in there.values() if getattr(settings, COMMANDS[c.role]) is None]
        unseen = tuple((c.role, why) for c in uncommanded if (why := why_not_kept(c)))
        return seen.model_copy(update={"detail": "; ".join(named), "problem": problem, "unseen_logs": unseen})
    except StackError as error:
        return seen.model_copy(update={"problem": str(error)})
    finally:
        engine.close()
