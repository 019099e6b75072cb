"""Sound systems that show things in another shape than the reference SS does, or don't show them."""

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of


def _unpublished() -> None:
    from rehearsal.reference_ss.api import app

    instead_of(app, "FastAPI")(lambda original, **named: original(**{**named, "openapi_url": None}))


VARIANTS: tuple[Variant, ...] = (
    Variant("sound-unpublished", "The API publishes no OpenAPI document.", where=("api",), apply=_unpublished),
)
