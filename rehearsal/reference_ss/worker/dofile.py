"""The do-files that the worker writes: the rendered template, and the look for packages before it."""

import re
from collections.abc import Iterable, Mapping

from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.templates import Template

DATA_FILE = "data.csv"
MISSING_PACKAGES_FILE = "dependency_preflight.missing.txt"

_PLACEHOLDER = re.compile(r"__[A-Z][A-Z0-9_]*__")
_VERSION = "version 16"

_STAGING = f"""\
* The data set of this run, put here by the worker
capture confirm file "{DATA_FILE}"
if _rc {{
    display as error "no {DATA_FILE} in the working directory"
    exit 601
}}
"""


def render(template: Template, values: Mapping[str, str]) -> str:
    """The do-file of a run: the template with its placeholders replaced. Raises SSError for one that stays open."""
    text = template.source
    for parameter in template.meta.parameters:
        text = text.replace(parameter.name, values.get(parameter.name, ""))
    unbound = sorted({p.name for p in template.meta.parameters if p.required} - set(values))
    unbound += sorted(set(_PLACEHOLDER.findall(text)))
    if unbound:
        message = f"placeholders without a value: {', '.join(unbound)}"
        raise SSError(500, "DO_TEMPLATE_PARAMETER_MISSING", message, template_id=template.template_id, missing_params=unbound)
    return _STAGING + text


def package_check(packages: Iterable[str]) -> str:
    """A do-file that writes the names of the packages that Stata can't find, one a line, to MISSING_PACKAGES_FILE."""
    lines = [
        _VERSION,
        "tempname missing",
        f'file open `missing\' using "{MISSING_PACKAGES_FILE}", write text replace',
    ]
    for package in packages:
        lines += [f"capture which {package}", "if _rc {", f'    file write `missing\' "{package}" _n', "}"]
    lines.append("file close `missing'")
    return "\n".join(lines) + "\n"
