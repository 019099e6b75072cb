"""The doctor's items as plain aligned lines. Pure."""

from collections.abc import Sequence

from ss_audit.doctor.model import Item


def is_all_there(items: Sequence[Item]) -> bool:
    """Whether nothing is missing. Of nothing at all nothing is there."""
    return bool(items) and all(item.state != "missing" for item in items)


def page(items: Sequence[Item]) -> str:
    """State, what, detail in columns, the remedy below its detail; at the end what is missing, in one line."""
    state, what = max(len(item.state) for item in items), max(len(item.what) for item in items)
    lines: list[str] = []
    for item in items:
        head, *rest = item.detail.splitlines() or [""]
        lines.append(f"{item.state:{state}}  {item.what:{what}}  {head}".rstrip())
        remedies = [f"-> {item.remedy}"] if item.remedy else []
        lines += [f"{'':{state}}  {'':{what}}  {line}" for line in (*rest, *remedies)]
    missing = [item.what for item in items if item.state == "missing"]
    closing = f"Missing: {len(missing)} ({', '.join(dict.fromkeys(missing))})" if missing else "All there."
    return "\n".join([*lines, "", closing])
