"""The files of this project that an audit reads about itself: spec, task cards, step modules. Reading only, no judgement."""

from pathlib import Path

from ss_audit.spec import SPEC_FILE, SPEC_FOLDER, Spec, parse_spec

CARDS_FOLDER = f"{SPEC_FOLDER}/task_cards"


def read_spec(root: Path) -> Spec:
    """The spec of the project at `root`. Raises OSError when it can't be read, SpecError when it is malformed."""
    return parse_spec((root / SPEC_FILE).read_text(encoding="utf-8"))


def read_cards(root: Path) -> dict[str, str]:
    """The markdown of each task card of the project at `root`, by file name; empty when there is none."""
    return {card.name: card.read_text(encoding="utf-8") for card in sorted((root / CARDS_FOLDER).glob("*.md"))}


def read_steps(root: Path) -> dict[str, str]:
    """The source of each step module of the project at `root`, by path relative to it."""
    return {
        module.relative_to(root).as_posix(): module.read_text(encoding="utf-8")
        for module in sorted((root / "steps").glob("*.py"))
    }
