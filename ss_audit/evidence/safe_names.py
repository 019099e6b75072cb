"""Names that anybody chose, as parts of a path that any file system takes."""

import hashlib
import re

DEVICE = re.compile(r"(?:con|prn|aux|nul|conin_|conout_|com\d|lpt\d)(?:\.|$)", re.I)
"""What Windows takes for a device, with any ending."""


def safe_name(part: str) -> str:
    """One path part that is safe on any file system; distinct parts stay distinct, but for case."""
    clean = re.sub(r"[^A-Za-z0-9._=+-]", "_", part)[:100].strip(".") or "_"
    clean = f"_{clean}" if DEVICE.match(clean) else clean
    return clean if clean == part else f"{clean}-{digits_of(part)}"


def digits_of(text: str) -> str:
    """Eight digits of the text's digest, to tell it from others."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
