"""What every log begins with: that no Stata wrote it."""

from __future__ import annotations

ENGINE_VERSION = "1.0"

BANNER = f"""
 +---------------------------------------------------------------------------+
 |                      REHEARSAL ENGINE, NOT STATA                          |
 +---------------------------------------------------------------------------+
 Rehearsal engine {ENGINE_VERSION}: a do-file interpreter that stands in for Stata.
 What follows was computed by this engine. It is no evidence of a Stata run.

Notes:
      1. The engine is running in batch mode.
      2. It has part of Stata's language; what it lacks ends in r(199).

"""
