"""What a run leaves for people to download: template, parameters, do-file, logs, metadata, outputs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from rehearsal.reference_ss.store import files, layout
from rehearsal.reference_ss.store.models import RunFailure
from rehearsal.reference_ss.templates import Template
from rehearsal.reference_ss.worker.stata import StataRun


class RunEvidence:
    """Writes one run's artifacts; `entries` are their kinds and paths (relative to the job's folder), in order."""

    def __init__(self, job_folder: Path, job_id: str, run_id: str, runner: str) -> None:
        self._job_folder = job_folder
        self._job_id = job_id
        self._run_id = run_id
        self._runner = runner
        self.entries: list[tuple[str, str]] = []

    def keep_template(self, template: Template, values: Mapping[str, str]) -> None:
        """The template as it was read, and the values for its placeholders."""
        self._keep("do_template.source", "template/source.do", template.source.encode())
        self._keep_json("do_template.meta", "template/meta.json", template.meta.raw)
        self._keep_json("do_template.params", "template/params.json", dict(values))

    def keep_file(self, kind: str, name: str, source: Path) -> None:
        """A copy of `source` under `name`."""
        self._keep(kind, name, source.read_bytes())

    def keep_outputs(self, declared: Sequence[Mapping[str, Any]], work: Path) -> list[str]:
        """What Stata wrote of the declared outputs. Out: the names of those that it did not write."""
        absent = []
        for output in declared:
            name = str(output["file"])
            if (work / name).is_file():
                self.keep_file(layout.output_kind(str(output["type"])), f"outputs/{name}", work / name)
            else:
                absent.append(name)
        return absent

    def keep_template_run(self, template_id: str, values: Mapping[str, str], absent: Sequence[str]) -> None:
        """Which outputs the template left, and which it did not."""
        folder = f"{layout.run_artifacts(self._run_id)}/outputs/"
        payload = {
            "job_id": self._job_id,
            "run_id": self._run_id,
            "template_id": template_id,
            "params": dict(values),
            "archived_outputs": [path for _, path in self.entries if path.startswith(folder)],
            "missing_outputs": list(absent),
        }
        self._keep_json("do_template.run.meta.json", "do_template_run.meta.json", payload)

    def keep_run(self, run: StataRun | None, failure: RunFailure | None) -> None:
        """How the run went. In: the Stata run that decided it, or None when it never came to one."""
        if run is not None:
            self._keep("run.stdout", "run.stdout", run.stdout)
            self._keep("run.stderr", "run.stderr", run.stderr)
            if run.log is not None:
                self._keep("stata.log", "stata.log", run.log)
        meta: dict[str, Any] = {
            "job_id": self._job_id,
            "run_id": self._run_id,
            "runner": self._runner,
            "ok": failure is None,
            "cwd_rel": layout.run_work(self._run_id),
            **_execution(run),
        }
        if failure is not None:
            meta["error"] = failure.model_dump()
            self._keep_json("run.error.json", "run.error.json", failure.model_dump())
        self._keep_json("run.meta.json", "run.meta.json", meta)

    def _keep(self, kind: str, name: str, content: bytes) -> None:
        rel_path = f"{layout.run_artifacts(self._run_id)}/{name}"
        files.write_bytes(self._job_folder / rel_path, content)
        self.entries.append((kind, rel_path))

    def _keep_json(self, kind: str, name: str, payload: Any) -> None:
        rel_path = f"{layout.run_artifacts(self._run_id)}/{name}"
        files.write_json(self._job_folder / rel_path, payload)
        self.entries.append((kind, rel_path))


def _execution(run: StataRun | None) -> dict[str, Any]:
    if run is None:
        return {"command": None, "exit_code": None, "duration_ms": None, "timed_out": False, "timeout_seconds": None}
    return {
        "command": list(run.command),
        "exit_code": run.exit_code,
        "started_at": run.started_at.isoformat(),
        "ended_at": (run.started_at + timedelta(milliseconds=run.duration_ms)).isoformat(),
        "duration_ms": run.duration_ms,
        "timed_out": run.timed_out,
        "timeout_seconds": run.timeout_seconds,
    }
