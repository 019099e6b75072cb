"""API and worker of the reference SS as real processes, and a client for the journey."""

import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
TINY_STATA = Path(__file__).with_name("tiny_stata.py")
CSV = "y,x,z,group\n" + "".join(f"{i * 1.5 + 0.1},{i},{i % 3},{'ab'[i % 2]}\n" for i in range(12))
ANSWERS = {"analysis_goal": "causal"}
TOKEN_OF_NOBODY = "ssv1.job_tc_0000000000000000.0123456789abcdef0123456789abcdef"

# Made once: loading the certificates of the system for each client would take longer than the requests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_Fact = TypeVar("_Fact")


def until(fact: Callable[[], _Fact], what: str, seconds: float = 20.0) -> _Fact:
    """Wait until `fact()` is truthy; out: what it returned."""
    deadline = time.monotonic() + seconds
    while not (value := fact()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)
    return value


class Stack:
    """One installation under `home`. Control files and packages are made and removed by the tests."""

    def __init__(self, home: Path, llm_base_url: str, **environment: str) -> None:
        self.home = home
        self.control = home / "control"
        self.packages = home / "packages"
        for folder in (self.control, self.packages):
            folder.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "SS_LLM_PROVIDER": "openai_compatible",
            "SS_LLM_BASE_URL": llm_base_url,
            "SS_LLM_API_KEY": "key-of-the-test",
            "SS_LLM_RETRY_BACKOFF_BASE_SECONDS": "0.01",
            "SS_JOBS_DIR": str(home / "jobs"),
            "SS_QUEUE_DIR": str(home / "queue"),
            "SS_STATA_CMD": shlex.join([sys.executable, "-S", str(TINY_STATA)]),
            "SS_WORKER_IDLE_SLEEP_SECONDS": "0.05",
            "SS_QUEUE_LEASE_TTL_SECONDS": "1.5",
            "TINY_STATA_CONTROL": str(self.control),
            "S_ADO": str(self.packages),
            **environment,
        }
        self.port = _free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def jobs_dir(self) -> Path:
        return self.home / "jobs"

    def spawn(self, role: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a process of SS; its log is appended to <role>.log."""
        command = [sys.executable, "-m", "rehearsal.reference_ss", role, *arguments]
        with (self.home / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        self.processes[role] = process
        return process

    def start_api(self) -> None:
        process = self.spawn("api", "--host", "127.0.0.1", "--port", str(self.port))
        until(lambda: process.poll() is not None or self._is_live(), "the API")
        assert process.poll() is None, self.log("api")

    def start_worker(self) -> None:
        seen = len(self.events("worker", "SS_WORKER_STARTUP"))
        self.spawn("worker")
        until(lambda: len(self.events("worker", "SS_WORKER_STARTUP")) > seen, "the worker")

    def start(self) -> "Stack":
        self.start_api()
        self.start_worker()
        return self

    def end(self, role: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end. Out: exit status."""
        process = self.processes.pop(role)
        process.send_signal(how)
        return process.wait(20)

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def log(self, role: str) -> str:
        return (self.home / f"{role}.log").read_text(encoding="utf-8")

    def events(self, role: str, event: str) -> list[dict[str, Any]]:
        lines = self.log(role).splitlines() if (self.home / f"{role}.log").exists() else []
        parsed = [json.loads(line) for line in lines if line.endswith("}")]
        return [line for line in parsed if line["event"] == event]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False, verify=_NO_TLS)

    def _is_live(self) -> bool:
        try:
            return self.client().get("/health/live").status_code == 200
        except httpx.TransportError:
            return False


class JobClient:
    """One job, as a person with its token sees it."""

    def __init__(self, stack: Stack, requirement: str = "Regress y on x, controlling for z.") -> None:
        self.stack = stack
        self.http = stack.client()
        self.task_code = f"tc-{uuid.uuid4().hex}"
        answer = self.http.post("/v1/task-codes/redeem", json={"task_code": self.task_code, "requirement": requirement}).json()
        self.job_id: str = answer["job_id"]
        self.token: str = answer["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str = "", **options: Any) -> httpx.Response:
        return self.http.get(f"/v1/jobs/{self.job_id}{path}", **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.post(f"/v1/jobs/{self.job_id}{path}", **options)

    def upload(self, content: str | bytes = CSV, name: str = "data.csv") -> httpx.Response:
        return self.post("/inputs/upload", files={"file": (name, content, "text/csv")})

    def drafted(self) -> "JobClient":
        assert self.upload().status_code == 200
        answer = self.get("/draft/preview")
        assert answer.status_code == 200, answer.text
        return self

    def frozen(self) -> "JobClient":
        answer = self.drafted().post("/plan/freeze", json={"answers": ANSWERS})
        assert answer.status_code == 200, answer.text
        return self

    def status(self) -> str:
        status: str = self.get().json()["status"]
        return status

    def run(self) -> dict[str, Any]:
        """Run to the end. Out: the latest run."""
        assert self.post("/run").json()["status"] == "queued"
        until(lambda: self.status() in ("succeeded", "failed"), "the end of the job")
        run: dict[str, Any] = self.get().json()["latest_run"]
        return run

    def index(self) -> dict[str, dict[str, Any]]:
        """The artifact index by path."""
        return {entry["rel_path"]: entry for entry in self.get("/artifacts").json()["artifacts"]}

    def downloads(self) -> dict[str, bytes]:
        """Every artifact's bytes by path."""
        return {path: self.get(f"/artifacts/{path}").raise_for_status().content for path in self.index()}

    def of_kind(self, kind: str) -> list[Any]:
        """The contents of every artifact of a kind: JSON where it is JSON, else text."""
        contents = [self.get(f"/artifacts/{path}").text for path, e in self.index().items() if e["kind"] == kind]
        return [json.loads(text) if text.startswith("{") else text for text in contents]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
