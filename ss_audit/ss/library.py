"""SS's do-template library, as a folder on disk.

The layout that SS reads: an index (`DO_LIBRARY_INDEX.json`) whose `tasks` maps a template id to a record that names its
`do_file`; the do-files in `do/`; beside each a contract in `do/meta/<stem>.meta.json`. A library of another age may lack
any of them, so each part is looked for where the index says first, then where its name or content says, and what is not
there is None rather than an error. Reading only; altering is for `ss_audit.probes.instrumented_library`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INDEX_NAME = "DO_LIBRARY_INDEX.json"
DO_FOLDER = "do"
META_FOLDER = "do/meta"


class LibraryError(Exception):
    """The folder is no template library, or lacks the part that was asked for. The message names it."""


@dataclass(frozen=True)
class Template:
    """One template: its id, the family and title that the index or the contract gives, and where its parts lie.

    `record` is the index's own record of it (empty when the index has none); a part that does not exist is None.
    """

    id: str
    family: str
    title: str
    do_file: Path | None
    meta_file: Path | None
    record: Mapping[str, Any]


@dataclass(frozen=True)
class TemplateLibrary:
    """A library as it was read: its folder, its index (path and content, None when absent) and its templates by id."""

    folder: Path
    index_file: Path | None
    index: Mapping[str, Any] | None
    templates: Mapping[str, Template]

    def template(self, template_id: str) -> Template:
        """The template of that id. Raises LibraryError when the library has none."""
        if template_id not in self.templates:
            raise LibraryError(f"no template {template_id} in {self.folder}")
        return self.templates[template_id]


def read_library(folder: Path) -> TemplateLibrary:
    """In: a library folder. Out: what it holds. Raises LibraryError when it holds neither an index nor a do-file."""
    if not folder.is_dir():
        raise LibraryError(f"no template library: {folder} is not a folder")
    index_file, index = _index(folder)
    records = dict(_records(index))
    metas = dict(_metas(folder))
    do_files = sorted((folder / DO_FOLDER).glob("*.do"))
    ids = records or {template_id: {} for template_id in (*metas, *(_id_of(path) for path in do_files))}
    if not ids:
        raise LibraryError(f"no template library: {folder} has no index and no do-files")
    templates = {key: _template(folder, key, records.get(key, {}), metas, do_files) for key in sorted(ids)}
    return TemplateLibrary(folder, index_file, index, templates)


def template_source(library: Path, template_id: str) -> bytes:
    """The do-file of one template, byte for byte. Raises LibraryError when the library has none of that id."""
    return do_file_of(read_library(library), template_id).read_bytes()


def do_file_of(library: TemplateLibrary, template_id: str) -> Path:
    """Where the template's do-file lies. Raises LibraryError when the template or its do-file is absent."""
    do_file = library.template(template_id).do_file
    if do_file is None:
        raise LibraryError(f"template {template_id} in {library.folder} has no do-file")
    return do_file


def read_json(path: Path) -> Any:
    """The JSON in a file, with or without a byte order mark. Raises LibraryError when it can't be read as JSON."""
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise LibraryError(f"{path} can't be read as JSON: {problem}") from problem


def file_digests(folder: Path) -> dict[str, str]:
    """sha256 (hex) of every file below a folder, by its path relative to the folder, in `/` form."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _index(folder: Path) -> tuple[Path | None, Mapping[str, Any] | None]:
    """The file that SS names, else the first JSON file at the top that looks like an index."""
    named = folder / INDEX_NAME
    if named.is_file():
        content = read_json(named)
        if not isinstance(content, dict):
            raise LibraryError(f"{named} is not a JSON object")
        return named, content
    for path in sorted(folder.glob("*.json")):
        try:
            content = read_json(path)
        except LibraryError:
            continue
        if isinstance(content, dict) and isinstance(content.get("tasks"), dict | list):
            return path, content
    return None, None


def _records(index: Mapping[str, Any] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tasks = (index or {}).get("tasks")
    if isinstance(tasks, dict):
        yield from ((key, record) for key, record in tasks.items() if isinstance(record, dict))
    elif isinstance(tasks, list):
        yield from ((str(record["id"]), record) for record in tasks if isinstance(record, dict) and record.get("id"))


def _metas(folder: Path) -> Iterator[tuple[str, tuple[Path, Mapping[str, Any]]]]:
    """Contracts by the id that they state. One that can't be read is found by its file name alone, by `_meta_file`."""
    for path in sorted((folder / META_FOLDER).glob("*.json")):
        try:
            content = read_json(path)
        except LibraryError:
            continue
        if isinstance(content, dict) and isinstance(content.get("id"), str):
            yield content["id"], (path, content)


def _template(
    folder: Path,
    template_id: str,
    record: Mapping[str, Any],
    metas: Mapping[str, tuple[Path, Mapping[str, Any]]],
    do_files: list[Path],
) -> Template:
    stated, meta = metas.get(template_id, (None, {}))
    do_file = _do_file(folder, template_id, record, stated, do_files)
    return Template(
        id=template_id,
        family=str(record.get("family") or meta.get("family") or ""),
        title=str(record.get("name") or meta.get("title") or ""),
        do_file=do_file,
        meta_file=_meta_file(folder, do_file) or stated,
        record=record,
    )


def _do_file(
    folder: Path, template_id: str, record: Mapping[str, Any], meta_file: Path | None, do_files: list[Path]
) -> Path | None:
    name = record.get("do_file")
    if isinstance(name, str) and name:
        # A name with a folder in it could lead out of the library; SS refuses it, and so do we.
        named = folder / DO_FOLDER / name
        return named if Path(name).name == name and named.is_file() else None
    if meta_file is not None:
        beside = folder / DO_FOLDER / f"{_meta_stem(meta_file)}.do"
        if beside.is_file():
            return beside
    return next((path for path in do_files if _id_of(path) == template_id), None)


def _meta_file(folder: Path, do_file: Path | None) -> Path | None:
    if do_file is None:
        return None
    beside = folder / META_FOLDER / f"{do_file.stem}.meta.json"
    return beside if beside.is_file() else None


def _meta_stem(meta_file: Path) -> str:
    return meta_file.name.removesuffix(".json").removesuffix(".meta").removesuffix("_meta")


def _id_of(do_file: Path) -> str:
    """`T07_summary_numeric.do` is template T07."""
    return do_file.stem.split("_", 1)[0]
