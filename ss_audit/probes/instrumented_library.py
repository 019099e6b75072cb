"""Altered copies of SS's template library: the experiments on it never touch the library that SS ships.

`copy_library` makes a copy and marks it; every alteration refuses a folder that lacks the mark. Do-files are edited as
bytes, since SS's mix line endings and some begin with a byte order mark; JSON keeps its key order, indent and line
ending. What an alteration adds stays valid by SS's own schemas. SS reads a do-file or contract on every use, but its
index once per process: after `remove_template` SS has to be restarted.
"""

import hashlib
import json
import re
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import Fact
from ss_audit.probes.ado_path import require_stata_name
from ss_audit.probes.do_insert import insert_after_log_using
from ss_audit.ss.library import LibraryError, TemplateLibrary, do_file_of, read_json, read_library

MARK = ".ss-audit-copy"
CANARY_WORD = "SS_AUDIT_CANARY"
ADO_PATH_WORD = "SS_AUDIT_ADO_PATH"


class Canary(Fact):
    """What was planted in one template.

    `literal` stands in the do-file and in Stata's echo of the command; `computed`, its reverse, only where Stata carried
    the command out, in the output line `SS_AUDIT_CANARY <computed>`; `line` is the command as inserted, without ending.
    """

    literal: str
    computed: str
    line: str

    @property
    def output(self) -> str:
        """The line that a Stata which ran the template leaves in its log."""
        return f"{CANARY_WORD} {self.computed}"


def copy_library(source: Path, target: Path) -> TemplateLibrary:
    """Copy a library. In: SS's own folder, and a folder that doesn't exist or is empty. Out: the copy, as read.

    Links are followed, so that no later change can reach the original through one, and the copy is writable even where
    the original is not. Raises LibraryError when the source is no library or the target is taken or inside the source.
    """
    read_library(source)
    if target.resolve().is_relative_to(source.resolve()):
        raise LibraryError(f"a copy inside the original would change it: {target}")
    if target.exists() and any(target.iterdir()):
        raise LibraryError(f"not empty: {target}")
    shutil.copytree(source, target, ignore_dangling_symlinks=True, dirs_exist_ok=True)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR | (stat.S_IXUSR if path.is_dir() else 0))
    (target / MARK).write_text("A copy that ss-audit made and may alter.\n", encoding="utf-8")
    return read_library(target)


def plant_canaries(library: Path, nonce: str) -> dict[str, Canary]:
    """Make every template of a copy compute and display a nonce of its own.

    In: the copy, and the run's nonce (any text). Out: what was planted, by template id; a template without a do-file is
    left out. The command stands after the template's `log using`, so that its output reaches both logs.
    """
    read = _copy(library)
    canaries = {key: _canary(nonce, key) for key, template in read.templates.items() if template.do_file is not None}
    for template_id, canary in canaries.items():
        _insert(read, template_id, canary.line)
    return canaries


def call_unknown_command(library: Path, template_ids: Iterable[str], command: str) -> None:
    """Make templates of a copy call a command, bare, that their contracts do not declare.

    Stata then stops there with r(199), "command … is unrecognized", unless the command is installed.
    Raises ValueError when Stata could have no command of that name, LibraryError when there is no such do-file.
    """
    read = _copy(library)
    for template_id in template_ids:
        _insert(read, template_id, require_stata_name(command))


def tell_ado_path(library: Path, template_ids: Iterable[str], folder: Path) -> None:
    """Make templates of a copy display `SS_AUDIT_ADO_PATH 1` where Stata looks for packages in this folder, else `… 0`.

    Stata keeps its search path in the global macro S_ADO ([P] sysdir). Raises LibraryError when there is no such do-file.
    """
    read = _copy(library)
    for template_id in template_ids:
        _insert(read, template_id, f'display "{ADO_PATH_WORD} " (strpos(`"$S_ADO"\', "{folder}") > 0)')


def add_dependency(library: Path, template_ids: Iterable[str], package: str) -> dict[str, str]:
    """Declare one more SSC package in templates' contracts. Out: the entry, as added to each.

    Raises ValueError when no package could be called that, LibraryError when a template has no readable contract.
    """
    entry = {"pkg": require_stata_name(package), "purpose": "audit probe", "source": "ssc"}
    read = _copy(library)
    for template_id in template_ids:
        _declare(read, template_id, entry)
    return entry


def _declare(library: TemplateLibrary, template_id: str, entry: dict[str, str]) -> None:
    meta_file = library.template(template_id).meta_file
    if meta_file is None:
        raise LibraryError(f"template {template_id} in {library.folder} has no contract file")
    meta = read_json(meta_file)
    dependencies = meta.get("dependencies") if isinstance(meta, dict) else None
    if not isinstance(dependencies, list):
        if not isinstance(meta, dict) or dependencies is not None:
            raise LibraryError(f"{meta_file} has no list of dependencies")
        dependencies = []
    _write_json(meta_file, meta | {"dependencies": [*dependencies, entry]})


def remove_template(library: Path, template_id: str) -> tuple[str, ...]:
    """Take a template out of a copy: index, families, totals, do-file, contract and page.

    Out: the paths relative to the copy that were changed or deleted. A family that is left without templates goes too,
    since SS would offer it to the LLM in vain. Reports about the library that SS does not read are left alone.
    """
    read = _copy(library)
    template = read.template(template_id)
    touched: list[Path] = []
    if read.index_file is not None and read.index is not None:
        _write_json(read.index_file, _index_without(dict(read.index), template_id))
        touched.append(read.index_file)
    page = template.record.get("md_file")
    pages = [read.folder / "docs" / page] if isinstance(page, str) and Path(page).name == page else []
    for path in (template.do_file, template.meta_file, *pages):
        if path is not None and path.is_file():
            path.unlink()
            touched.append(path)
    return tuple(path.relative_to(read.folder).as_posix() for path in touched)


def _copy(library: Path) -> TemplateLibrary:
    if not (library / MARK).is_file():
        raise LibraryError(f"not a copy made by copy_library, so it is not altered: {library}")
    return read_library(library)


def _canary(nonce: str, template_id: str) -> Canary:
    literal = hashlib.sha256(f"{nonce}\n{template_id}".encode()).hexdigest()[:20]
    return Canary(literal=literal, computed=literal[::-1], line=f'display "{CANARY_WORD} " strreverse("{literal}")')


def _insert(library: TemplateLibrary, template_id: str, line: str) -> None:
    do_file = do_file_of(library, template_id)
    do_file.write_bytes(insert_after_log_using(do_file.read_bytes(), line))


def _index_without(index: dict[str, Any], template_id: str) -> dict[str, Any]:
    """The index without one template: its record, its place in a family, and what the totals count of it."""
    tasks = index.get("tasks")
    if isinstance(tasks, dict):
        index["tasks"] = {key: record for key, record in tasks.items() if key != template_id}
    elif isinstance(tasks, list):
        index["tasks"] = [item for item in tasks if not (isinstance(item, dict) and item.get("id") == template_id)]
    families = index.get("families")
    if isinstance(families, dict):
        index["families"] = {
            key: _family_without(family, template_id)
            for key, family in families.items()
            if not (isinstance(family, dict) and family.get("tasks") == [template_id])
        }
    if isinstance(index.get("total_tasks"), int) and isinstance(tasks, dict | list):
        index["total_tasks"] = len(index["tasks"])
    record = tasks.get(template_id) if isinstance(tasks, dict) else None
    if isinstance(record, dict) and isinstance(index.get("compliance_summary"), dict):
        index["compliance_summary"] = _summary_without(index["compliance_summary"], record.get("audit"))
    return index


def _family_without(family: Any, template_id: str) -> Any:
    if not isinstance(family, dict) or not isinstance(family.get("tasks"), list):
        return family
    return family | {"tasks": [key for key in family["tasks"] if key != template_id]}


def _summary_without(summary: dict[str, Any], audit: Any) -> dict[str, Any]:
    """SS's index counts its own review of each template; the counts have to match the templates that are left."""
    if not isinstance(audit, dict):
        return summary
    counted = {
        str(audit.get("verdict", "")).lower(): True,
        "anchor_compliant": audit.get("has_ss_anchors") is True,
        "hardcoded_path_free": audit.get("has_hardcoded_paths") is False,
        "dangerous_command_free": audit.get("has_dangerous_commands") is False,
    }
    return {key: n - 1 if isinstance(n, int) and counted.get(key) else n for key, n in summary.items()}


def _write_json(path: Path, content: Any) -> None:
    """Write JSON as the file had it: indent, line ending, byte order mark, last line ending."""
    before = path.read_bytes()
    ending = "\r\n" if b"\r\n" in before else "\n"
    indent = re.match(rb"(?:\xef\xbb\xbf)?\s*[{\[]\r?\n( +)", before)
    text = json.dumps(content, ensure_ascii=False, indent=len(indent[1]) if indent else None)
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    last = ending if before.endswith(b"\n") else ""
    path.write_bytes(mark + (text.replace("\n", ending) + last).encode("utf-8"))
