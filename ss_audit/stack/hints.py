"""What a process of SS that does not start is most likely missing, told from its last words."""

import re
from collections.abc import Sequence

OTHER_PYTHON = "ss_python must be the interpreter that SS's requirements are installed for."
KNOWN = {
    r"No module named '?rehearsal": "The rehearsal can't be imported: run `make audit` once, which installs the project.",
    r"No module named '?src": "SS's package `src` was not found: is ss_root the root folder of the SS checkout?",
    r"No module named '?([\w.]+)": "The interpreter lacks {0}: " + OTHER_PYTHON,
    r"SyntaxError|cannot import name .* from '(?:typing|datetime|enum)'": "SS may need a newer Python: " + OTHER_PYTHON,
    r"LLMConfigurationError|SS_LLM_(?:PROVIDER|API_KEY) is required|LLM_CONFIG": (
        "SS has no LLM provider that it can use: set SS_LLM_PROVIDER (not `stub`) and SS_LLM_API_KEY."
    ),
    r"STATA_CMD_\w+": "SS has no Stata that it can execute: set SS_STATA_CMD to the command of an installed Stata.",
    r"OBJECT_STORE_CONFIG_INVALID": (
        "SS in production needs its object store: set SS_UPLOAD_S3_BUCKET, SS_UPLOAD_S3_ACCESS_KEY_ID and "
        "SS_UPLOAD_S3_SECRET_ACCESS_KEY."
    ),
    r"No space left on device": "The disk is full: make room, or let reports_dir point to another disk.",
    r"[Aa]ddress already in use": "A port is taken: use {{port}} in api_command, and SS_WORKER_METRICS_PORT=0.",
    r"No such file or directory|can't open file": (
        "A file was not found. SS runs in an empty folder of the audit's: give absolute paths in commands."
    ),
    r"Permission denied": "SS may not read or execute a file that it needs; its last words name it.",
}
UNKNOWN = "Its last words should say why; the same command, run by hand, shows more."


def hint(log_tail: Sequence[str], ended: str) -> str:
    """What to do about it. In: the last lines, and how the process ended in words. The first pattern that fits counts."""
    text = "\n".join(log_tail)
    for pattern, advice in KNOWN.items():
        if found := re.search(pattern, text):
            return f"It ended at once ({ended}). {advice.format(*found.groups())}"
    return f"It ended at once ({ended}). {UNKNOWN}"
