"""Text of SS's made visible: what would steer the reader's terminal, browser or eye is shown as what it is."""

import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Control characters, marks that turn the writing direction, and half characters stand as `\\u202e`; the rest as it is."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
