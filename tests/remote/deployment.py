"""The reference SS on another host: in a network namespace of its own where root makes one, else on another port here.

It is reached through a tunnel alone, and acted on by the scripts of `host.py` alone, as an operator would have them.
"""

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from real_parts.namespace import namespace, why_not

ROOT = Path(__file__).parents[2]
HOST, FORWARD = Path(__file__).with_name("host.py"), Path(__file__).with_name("forward.py")
MODEL = "claude-opus-4-5-20251101"


@dataclass(frozen=True)
class Deployed:
    """A running SS. `prefix` before a command makes it run on its host; `name` is the namespace, empty without one."""

    home: Path
    prefix: tuple[str, ...]
    name: str
    port: int

    def on_host(self, *words: str) -> str:
        """The command that has `host.py` do this over there."""
        return shlex.join([*self.prefix, sys.executable, str(HOST), str(self.home), *words])

    def do(self, *words: str) -> None:
        """Does it now, as the operator."""
        subprocess.run(shlex.split(self.on_host(*words)), check=True, capture_output=True, timeout=90)

    def tunnel(self, listen: int, *options: object) -> str:
        """The tunnel's command, with TLS by the options of `forward.py`."""
        words = [sys.executable, str(FORWARD), str(listen), str(self.port), *map(str, options)]
        return shlex.join([*words, *(["--namespace", self.name] if self.name else [])])

    def settings(self, place: Path, **changed: str | None) -> dict[str, str]:
        """Settings with all of the operator's means; `changed` replaces some, None leaves one out."""
        place.mkdir(parents=True, exist_ok=True)
        listen = free_port()
        given: dict[str, str | None] = {
            "stack": "remote",
            "base_url": f"http://127.0.0.1:{listen}",
            "task_codes": str(codes(place / "codes.txt")),
            "tunnel_command": self.tunnel(listen),
            "tenant": "tenant-of-the-test",
            "restart_command": self.on_host("restart"),
            "api_log_command": self.on_host("log", "api"),
            "worker_log_command": self.on_host("log", "worker"),
            "start_commands": self.on_host("processes"),
            "library_source": self.on_host("library"),
            "library_swap_command": self.on_host("swap", "{library}"),
            "package_install_command": self.on_host("install", "{ado_file}"),
            "package_remove_command": self.on_host("remove", "{package}"),
            "llm_usage_command": self.on_host("usage"),
            "ss_root": str(ROOT / "rehearsal" / "reference_ss"),
            **changed,
        }
        return {name: value for name, value in given.items() if value is not None}


def codes(path: Path, count: int = 40) -> Path:
    """A file with this many task codes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"tc-test-{path.parent.name}-{i:04d}-{os.urandom(4).hex()}\n" for i in range(count)]
    path.write_text("".join(["# codes of the test\n", *lines]), "utf-8")
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


WRONG_CLOCK = """
import time
true = time.time
time.time = lambda: true() + {seconds}
"""


CACHE = """
import sys
if "rehearsal.reference_ss" in sys.orig_argv:
    from rehearsal.reference_ss.templates import TemplateLibrary
    def kept(method, cache):
        def once(self, *key):
            if key not in cache:
                cache[key] = method(self, *key)
            return cache[key]
        return once
    TemplateLibrary._index = kept(TemplateLibrary._index, {})
    TemplateLibrary.load = kept(TemplateLibrary.load, {})
"""


@contextlib.contextmanager
def deployed(home: Path, clock_ahead: float = 0.0, caching: bool = False) -> Iterator[Deployed]:
    """SS and its provider, both rehearsals, running until the end; the host's clock is this many seconds ahead of ours.

    `caching`: SS reads each template once per process, as it may.
    """
    with contextlib.ExitStack() as cleanups:
        prefix: tuple[str, ...] = ()
        if why_not() is None:
            prefix = cleanups.enter_context(namespace()).prefix
        host = Deployed(home, prefix, prefix[-1] if prefix else "", 8765 if prefix else free_port())
        for folder in ("ado", "cwd"):
            (home / folder).mkdir(parents=True)
        shutil.copytree(ROOT / "rehearsal" / "reference_ss" / "library", home / "library")
        (home / "clock").mkdir()
        (home / "clock" / "sitecustomize.py").write_text(WRONG_CLOCK.format(seconds=clock_ahead) + CACHE * caching)
        environment = {**_environment(home), **_provider(cleanups, prefix, home)}
        told = {"port": host.port, "root": str(ROOT), "environment": environment, "clock_ahead": clock_ahead}
        (home / "host.json").write_text(json.dumps(told), "utf-8")
        cleanups.callback(host.do, "stop")
        host.do("start")
        host.do("wait")
        yield host


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SS_JOBS_DIR": str(home / "jobs"),
        "SS_QUEUE_DIR": str(home / "queue"),
        "SS_DO_TEMPLATE_LIBRARY_DIR": str(home / "library"),
        "SS_STATA_CMD": shlex.join([sys.executable, "-m", "rehearsal.stata"]),
        "SS_WORKER_IDLE_SLEEP_SECONDS": "0.1",
        "S_ADO": f"{home / 'ado'};BASE;SITE;.;PERSONAL;PLUS;OLDPLACE",
        "PYTHONPATH": f"{home / 'clock'}{os.pathsep}{ROOT}",
        "PYTHONUNBUFFERED": "1",
    }


def _provider(cleanups: contextlib.ExitStack, prefix: tuple[str, ...], home: Path) -> dict[str, str]:
    command = [*prefix, sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    cleanups.callback(process.wait)
    cleanups.callback(process.terminate)
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["port"]
    (home / "llm.pid").write_text(str(process.pid))
    return {
        "SS_LLM_PROVIDER": "openai_compatible",
        "SS_LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "SS_LLM_API_KEY": "key-of-the-remote-host",
        "SS_LLM_MODEL": MODEL,
    }
