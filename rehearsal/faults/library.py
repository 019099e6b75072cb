"""The template library that SS uses, the routes that it has, and the spec that it is held against."""

from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

CHAIN = "Do-template library chain is classified as wired or not"
INVENTORY = "Inventory includes versioned and unversioned surfaces"
PACK = "Spec pack is present"
SPEC_MD = "openspec/specs/ss-production-e2e-audit/spec.md"
CARD = "openspec/specs/ss-production-e2e-audit/task_cards/go-no-go.md"


def _only_its_own() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.settings import OWN_LIBRARY
    from rehearsal.reference_ss.templates import TemplateLibrary

    @instead_of(TemplateLibrary, "load")
    def load(original: Any, self: Any, template_id: str) -> Any:
        found, own = original(self, template_id), original(TemplateLibrary(OWN_LIBRARY), template_id)
        if found.source != own.source:
            raise SSError(500, "DO_TEMPLATE_UNKNOWN_VERSION", "the template is not the released one", template_id=template_id)
        return found


def _no_document() -> None:
    from rehearsal.reference_ss.api import serve

    @instead_of(serve, "build_app")
    def build_app(original: Any, *parts: Any) -> Any:
        app = original(*parts)
        app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != "/openapi.json"]
        return app


_pack = partial(Fault, group="spec pack", scenario=PACK, verdict="NOT READY")
FAULTS = (
    Fault(
        name="library-only-its-own",
        group="library",
        what="SS refuses every template that is not byte for byte the one it was released with.",
        where=("worker",),
        apply=_only_its_own,
        scenario=CHAIN,
        check="library.chain_is_classified",
        saw="canary job ended at ",
        severity="minor",
        verdict="NOT READY",
        run=("*",),
    ),
    Fault(
        name="routes-nobody-can-list",
        group="inventory",
        what="SS publishes no list of its routes, and the source at hand is that of something else.",
        settings={"ss_root": "rehearsal/llm"},
        where=("api",),
        apply=_no_document,
        scenario=INVENTORY,
        check="inventory.versioned_routes_are_listed",
        saw="0 versioned routes",
        severity="major",
        verdict="NOT READY",
    ),
    Fault(
        name="source-not-at-hand",
        group="inventory",
        what="SS's source is not there, so that its hidden routes can't be known.",
        settings={"ss_root": "rehearsal/no-such-folder"},
        scenario=INVENTORY,
        check="inventory.unversioned_routes_are_listed",
        saw="hidden ones can't be known without SS's source",
        severity="minor",
        verdict="NOT READY",
        run=("*",),
    ),
    _pack(
        name="spec-missing",
        what="The spec is not in the spec pack.",
        edits=((SPEC_MD, "", ""),),
        check="spec_pack.spec_is_readable",
        saw="no spec.md",
        severity="major",
    ),
    _pack(
        name="spec-scenario-without-then",
        what="A scenario of the spec does not say what must come of it.",
        edits=((SPEC_MD, "- **THEN** `spec.md` and `task_cards/` exist\n", ""),),
        check="spec_pack.spec_is_readable",
        saw="(?i)then",
        severity="minor",
    ),
    _pack(
        name="card-without-acceptance",
        what="A task card does not say when its work is done.",
        edits=((CARD, "## Acceptance", "## Remarks"),),
        check="spec_pack.cards_are_complete",
        saw="(?i)acceptance",
        severity="minor",
    ),
    _pack(
        name="card-with-an-unknown-command",
        what="A task card tells people to run a command that does not exist.",
        edits=((CARD, "ss-audit trace --check\n", "ss-audit decide --check\n"),),
        check="spec_pack.commands_can_be_executed",
        saw="decide",
        severity="minor",
    ),
)
