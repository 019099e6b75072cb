"""The spec pack as it lies on disk, and what the commands on its cards may be made of."""

from ss_audit.cli_shape import COMMANDS
from ss_audit.evidence.model import FileSeen, Statement
from ss_audit.evidence.seen import SpecPackSeen
from ss_audit.lab.lab import Lab
from ss_audit.settings import Settings
from ss_audit.stack.sources import OUR_ROOT

PACK = OUR_ROOT / "openspec" / "specs" / "ss-production-e2e-audit"


def spec_pack(lab: Lab) -> SpecPackSeen:
    """Reads spec and cards; nothing of SS is needed."""
    cards = sorted((PACK / "task_cards").glob("*.md"))
    spec = PACK / "spec.md"
    looked = lab.archive.record(
        Statement(title="looked into the spec pack", detail={"spec": spec.is_file(), "cards": [c.name for c in cards]})
    )

    def seen(name: str, raw: bytes) -> FileSeen:
        return lab.archive.record(FileSeen(title=name, path=name, body=lab.archive.body(raw, "text/markdown")))

    return SpecPackSeen(
        spec=seen("spec.md", spec.read_bytes()) if spec.is_file() else None,
        cards=tuple(seen(f"task_cards/{card.name}", card.read_bytes()) for card in cards),
        commands=tuple(f"{name} {' '.join(sorted(options))}".strip() for name, options in COMMANDS.items()),
        settings=tuple(Settings.model_fields),
        looked=looked,
    )
