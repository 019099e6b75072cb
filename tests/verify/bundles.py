"""Bundles to tamper with, and the tampering: each changes a copy, says what it did, and can be undone."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCENARIOS = "^(Redeem returns a usable job token|Spec pack is present)$"


@dataclass(frozen=True)
class Sealed:
    """A bundle as an audit left it, and the digest that its last line said."""

    bundle: Path
    digest: str
    said: str


def begun(place: Path, *settings: str) -> subprocess.Popen[str]:
    """Starts a small audit: two scenarios on a stack of its own."""
    words = [word for setting in (f"reports_dir={place}", "run_id=small", *settings) for word in ("-D", setting)]
    command = [sys.executable, "-m", "behave", "-n", SCENARIOS, *words]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SS_", "COV_"))}
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ended(place: Path, process: subprocess.Popen[str]) -> Sealed:
    """Waits for its end."""
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 2, said
    return Sealed(place / "small" / "bundle", said.strip().splitlines()[-1].rpartition(" ")[2], said)


def files_of(bundle: Path) -> list[Path]:
    return sorted(path for path in bundle.rglob("*") if path.is_file())


class Kept:
    """A bundle's files as they were, so that what a change touched, and only that, can be put back."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self._content = {path: path.read_bytes() for path in files_of(bundle)}
        self._state = self._now()

    def touched(self) -> list[Path]:
        """The files that are changed, new or gone."""
        now = self._now()
        return [path for path in now.keys() | self._state.keys() if now.get(path) != self._state.get(path)]

    @contextmanager
    def put_back_after(self, change: Callable[[], str | None]) -> Iterator[str | None]:
        """Within, the bundle is as `change` left it; afterwards as it was."""
        try:
            yield change()
        finally:
            for path in self.touched():
                if path in self._content:
                    path.write_bytes(self._content[path])
                else:
                    path.unlink()
            self._state = self._now()

    def _now(self) -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files_of(self.bundle)}


class Tampering:
    """Random changes to one bundle; `other` is the bundle of another run. Each returns what it did, None if nothing."""

    def __init__(self, rng: random.Random, bundle: Path, other: Path) -> None:
        self.rng, self.bundle, self.other = rng, bundle, other
        self.ways: tuple[Callable[[], str | None], ...] = (
            self.flip, self.delete, self.add, self.reorder, self.truncate, self.append, self.swap, self.take_from_another,
            self.edit_verdict, self.edit_allure, self.drop_a_line, self.double_a_line, self.rename,
        )  # fmt: skip

    def any(self) -> str | None:
        return self.rng.choice(self.ways)()

    def flip(self) -> str | None:
        path = self._some()
        content = bytearray(path.read_bytes())
        if not content:
            return None
        at = self.rng.randrange(len(content))
        content[at] ^= 1 << self.rng.randrange(8)
        path.write_bytes(content)
        return f"flipped a bit of byte {at} of {path.name}"

    def delete(self) -> str:
        path = self._some()
        path.unlink()
        return f"deleted {path.name}"

    def add(self) -> str:
        folder = self.rng.choice(sorted({path.parent for path in files_of(self.bundle)}))
        path = folder / f"added-{self.rng.getrandbits(32):x}{self.rng.choice(['', '.json', '-result.json', '.har', '.xml'])}"
        path.write_bytes(self.rng.choice([b"", b"{}", b"evidence"]))
        return f"added {path.name}"

    def reorder(self) -> str | None:
        path = self._some_text()
        lines = path.read_bytes().splitlines(keepends=True)
        one, other = (self.rng.randrange(len(lines)) for _ in range(2))
        if lines[one] == lines[other]:
            return None
        lines[one], lines[other] = lines[other], lines[one]
        path.write_bytes(b"".join(lines))
        return f"changed the order of two lines of {path.name}"

    def truncate(self) -> str | None:
        path = self._some()
        content = path.read_bytes()
        if not content:
            return None
        path.write_bytes(content[: self.rng.randrange(len(content))])
        return f"truncated {path.name}"

    def append(self) -> str:
        path = self._some()
        with path.open("ab") as file:
            file.write(self.rng.choice([b"\n", b" ", b"{}\n"]))
        return f"appended to {path.name}"

    def swap(self) -> str | None:
        one, other = self._some(), self._some()
        first, second = one.read_bytes(), other.read_bytes()
        if first == second:
            return None
        one.write_bytes(second)
        other.write_bytes(first)
        return f"swapped {one.name} and {other.name}"

    def take_from_another(self) -> str | None:
        path = self._some()
        foreign = self.other / path.relative_to(self.bundle)
        if not foreign.is_file() or foreign.read_bytes() == path.read_bytes():
            return None
        path.write_bytes(foreign.read_bytes())
        return f"took {path.name} from another run"

    def edit_verdict(self) -> str | None:
        path = self.bundle / "data" / "verdict.json"
        return self._replaced(path, [("INCONCLUSIVE", "READY"), ("not_run", "pass"), ('"must": true', '"must": false'),
                                     ("operator", "environment"), ("reference", "checkout")])  # fmt: skip

    def edit_allure(self) -> str | None:
        path = self.rng.choice(sorted((self.bundle / "data" / "allure-results").glob("*-result.json")))
        return self._replaced(path, [('"skipped"', '"passed"'), ("not run", "pass"), ("passed", "failed")])

    def drop_a_line(self) -> str | None:
        path = self._some_text()
        lines = path.read_bytes().splitlines(keepends=True)
        dropped = lines.pop(self.rng.randrange(len(lines)))
        path.write_bytes(b"".join(lines))
        return f"dropped {dropped[:40]!r} from {path.name}"

    def double_a_line(self) -> str:
        path = self._some_text()
        lines = path.read_bytes().splitlines(keepends=True)
        at = self.rng.randrange(len(lines))
        path.write_bytes(b"".join([*lines[: at + 1], *lines[at:]]))
        return f"doubled line {at + 1} of {path.name}"

    def rename(self) -> str:
        path = self._some()
        path.rename(path.with_name(f"{path.name}.old"))
        return f"renamed {path.name}"

    def _some(self) -> Path:
        """Any file; the few that matter most as often as the many attachments of the reports."""
        files = files_of(self.bundle)
        telling = [f for f in files if f.parent == self.bundle or f.parent.name in ("data", "har", "junit")]
        return self.rng.choice(telling if self.rng.random() < 0.6 else files)

    def _some_text(self) -> Path:
        names = ("data/events.jsonl", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/verdict.json", "data/plan.json")
        return self.bundle / self.rng.choice(names)

    def _replaced(self, path: Path, pairs: list[tuple[str, str]]) -> str | None:
        text = path.read_text("utf-8")
        fitting = [(old, new) for old, new in pairs if old in text]
        if not fitting:
            return None
        old, new = self.rng.choice(fitting)
        path.write_text(text.replace(old, new, 1), "utf-8")
        return f"put {new!r} in the place of {old!r} in {path.name}"
