"""Fixtures of the whole audits, which are killed here."""

from whole_audit.conftest import begin  # noqa: F401
