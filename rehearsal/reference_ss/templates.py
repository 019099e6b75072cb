"""The do-template library on disk, laid out as SS's own: DO_LIBRARY_INDEX.json, do/*.do, do/meta/*.meta.json.

Index, metadata and source are read anew at every use, so that what is executed is what lies on disk.
"""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, ValidationError

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError

INDEX_FILE = "DO_LIBRARY_INDEX.json"

_log = jsonlog.logger(__name__)


class Dependency(BaseModel):
    """What a template needs. `source` is built-in, ssc or ado."""

    pkg: str
    purpose: str = ""
    source: str = "built-in"


class Output(BaseModel):
    """A file that a template promises to write: a plain name in the folder in which it runs."""

    file: Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]
    type: str
    description: str = ""


class Parameter(BaseModel):
    """A placeholder of a template, for example __DEPVAR__."""

    name: str
    required: bool = True
    type: str = "string"
    description: str = ""


class TemplateMeta(BaseModel):
    """A template's metadata file; `raw` is all of it."""

    id: str
    title: str
    description: str
    contract_version: str
    version: str
    dependencies: list[Dependency]
    outputs: list[Output]
    parameters: list[Parameter]
    raw: dict[str, Any]


class Template(BaseModel):
    """A template, ready to be rendered."""

    template_id: str
    meta: TemplateMeta
    source: str


class TemplateLibrary:
    """The templates under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def families(self) -> dict[str, Any]:
        """The index's families. Raises SSError when there is no readable index."""
        families: dict[str, Any] = self._index().get("families", {})
        return families

    def usable(self) -> list[Template]:
        """Every template of the index whose files are all there, in the order of ids. Raises SSError as families()."""
        templates = []
        for template_id in sorted(self._index()["tasks"]):
            try:
                templates.append(self.load(template_id))
            except SSError as error:
                _log.warning("SS_DO_TEMPLATE_UNUSABLE", template_id=template_id, error_code=error.error_code)
        return templates

    def load(self, template_id: str) -> Template:
        """One template. Raises SSError that names it: not in the index, no source, no metadata, or corrupt."""
        record = self._index()["tasks"].get(template_id)
        if not isinstance(record, dict):
            raise _missing("DO_TEMPLATE_NOT_FOUND", template_id, INDEX_FILE)
        do_file = str(record.get("do_file", ""))
        if not do_file.endswith(".do") or Path(do_file).name != do_file:
            raise _corrupt(f"do_file of {template_id} is not a file name", template_id=template_id)
        source_path = self.root / "do" / do_file
        meta_path = self.root / "do" / "meta" / f"{source_path.stem}.meta.json"
        if not source_path.is_file():
            raise _missing("DO_TEMPLATE_SOURCE_NOT_FOUND", template_id, f"do/{do_file}")
        if not meta_path.is_file():
            raise _missing("DO_TEMPLATE_META_NOT_FOUND", template_id, f"do/meta/{meta_path.name}")
        try:
            raw = json.loads(meta_path.read_bytes())
            meta = TemplateMeta.model_validate({**raw, "raw": raw})
            source = source_path.read_bytes().decode("utf-8-sig")
        except (ValueError, TypeError, ValidationError) as error:
            raise _corrupt(f"template {template_id} cannot be read", template_id=template_id) from error
        return Template(template_id=template_id, meta=meta, source=source)

    def _index(self) -> dict[str, Any]:
        try:
            index = json.loads((self.root / INDEX_FILE).read_bytes())
        except FileNotFoundError:
            raise SSError(500, "DO_TEMPLATE_INDEX_NOT_FOUND", f"{INDEX_FILE} is missing") from None
        except (ValueError, OSError) as error:
            raise _corrupt(f"{INDEX_FILE} cannot be read") from error
        if not isinstance(index, dict) or not isinstance(index.get("tasks"), dict):
            raise _corrupt(f"{INDEX_FILE} holds no tasks")
        return index


def _missing(code: str, template_id: str, path: str) -> SSError:
    message = f"do template cannot be used: {template_id} ({path} is missing)"
    return SSError(404, code, message, template_id=template_id, path=path)


def _corrupt(message: str, **details: Any) -> SSError:
    return SSError(500, "DO_TEMPLATE_INDEX_CORRUPTED", message, **details)
