"""The spec as a reader of a report gets it: the passage that a scenario serves, and the whole as a page with anchors."""

import html
import re

from ss_audit.spec import SPEC_FILE, SpecError, parse_spec

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*$")
STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}"
    "p{white-space:pre-wrap;margin:.5rem 0 1rem}:target{background:#fff3b0}"
)


def anchor(name: str) -> str:
    """The anchor of the requirement or scenario of this name on the spec's page."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def passage(markdown: str, requirement: str, scenario: str) -> str | None:
    """What the spec says about a scenario: its requirement, and the scenario itself where it is the spec's own.

    In: the spec's markdown. Out: text that begins with file and line; None when the spec can't be read or has no such
    requirement.
    """
    try:
        spec = parse_spec(markdown)
    except SpecError:
        return None
    found = next((r for r in spec.requirements if r.name == requirement), None)
    if found is None:
        return None
    own = next((s for s in found.scenarios if s.name == scenario), None)
    parts = [f"{SPEC_FILE}:{(own or found).line}", f"Requirement: {found.name}", found.text]
    if own is not None:
        then = "\n".join(["THEN", *(f"  {line}" for line in own.then)]) if len(own.then) > 1 else f"THEN {own.then[0]}"
        parts.append(f"Scenario: {own.name}\nWHEN {own.when}\n{then}")
    return "\n\n".join(parts)


def page(markdown: str) -> str:
    """The spec as an HTML page without scripts; each requirement and each scenario has an anchor of its own."""
    body, text = list[str](), list[str]()

    def flush() -> None:
        if "".join(text).strip():
            body.append(f"<p>{_marked_up(chr(10).join(text).strip())}</p>")
        text.clear()

    for line in markdown.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            text.append(line)
            continue
        flush()
        level, title = len(heading[1]), heading[2]
        name = anchor(title.removeprefix("Requirement:").removeprefix("Scenario:"))
        body.append(f'<h{level} id="{name}">{html.escape(title)}</h{level}>')
    flush()
    head = f'<meta charset="utf-8"><title>{html.escape(SPEC_FILE)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{chr(10).join(body)}\n</body></html>\n'


def _marked_up(text: str) -> str:
    """HTML: what is bold or code in the markdown is so on the page; all else stands as it was written."""
    return _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<strong>\1</strong>", html.escape(text)))
