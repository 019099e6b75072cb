"""Every check of this copy of the audit, whichever of their modules was imported so far."""

from importlib import import_module
from pkgutil import walk_packages

import ss_audit.checks
from ss_audit.checks.judgement import Check, registry


def all_checks() -> dict[str, Check]:
    """The checks by id; imports their modules, which registers them."""
    for module in walk_packages(ss_audit.checks.__path__, "ss_audit.checks."):
        import_module(module.name)
    return registry()
