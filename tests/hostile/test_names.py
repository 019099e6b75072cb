"""Artifacts under hostile names: asked for as they are listed, kept below the run's folder, never two in one file."""

import json
from pathlib import Path, PurePosixPath
from urllib.parse import unquote_to_bytes

import pytest

from ss_audit.evidence.safe_names import safe_name
from ss_audit.evidence.secret_search import search
from ss_audit.evidence.shelf import Shelf
from ss_audit.ss import facts
from ss_audit.ss.journey import IN_VAIN, MOST_DOWNLOADS, download_all

from .conftest import TOKEN, Facing
from .server import Answer, once

NAMES = [
    "../../../etc/passwd", "..", "./..", "/etc/passwd", "//elsewhere.example/x", "http://elsewhere.example/x", "..\\..\\x",
    "C:\\Windows\\x", "\\\\host\\share", "NUL", "aux.txt", "COM1", "a/NUL/b", "x" * 4096, "y/" * 2000 + "z", "a\x00b", "a\nb",
    "a\x1b[2Jb", "\u202egnp.exe", "~/x", "?q=1", "a#b", "a%2e%2e/b", "%2e%2e/%2e%2e/x", " ", ".", "a b", "a:b", "<script>",
    "\udfff", "ü", "u\u0308", "runs/A.txt", "runs/a.txt", "RUNS/a.txt", "Runs", "runs", "runs/a.txt/b", "runs/a.txt",
]  # fmt: skip


def index_of(names: list[str]) -> Answer:
    return once(json.dumps({"artifacts": [{"rel_path": name} for name in names]}).encode())


class Serving(dict[str, Answer]):
    """An index, and below it an artifact of its own at whatever path."""

    def get(self, path: str, _: object = None) -> Answer:  # type: ignore[override]
        return self[path] if path in self else lambda head: once(b"this is " + head.split(b" ")[1])(head)


def test_whatever_the_names_are_each_lies_in_a_file_of_its_own_below_the_folder(facing: Facing) -> None:
    scene = facing(Serving({"/v1/jobs/job-1/artifacts": index_of(NAMES)}))
    downloads, artifacts = download_all(scene.client, scene.access, scene.client.artifacts(scene.access))
    assert len(downloads) == len(artifacts) == len(NAMES)
    files = [artifact.body.file or "" for artifact in artifacts]
    assert len({file.lower() for file in files}) == len(files)
    for artifact in artifacts:
        kept = scene.folder / (artifact.body.file or "")
        assert kept.resolve().is_relative_to(scene.folder.resolve() / "artifacts" / "main" / "job-1")
        assert kept.read_bytes().startswith(b"this is /v1/jobs/job-1/artifacts/")
        assert len(artifact.title) < 200
        assert len(str(PurePosixPath(artifact.body.file or ""))) < 300


def test_each_is_asked_for_under_the_very_name_that_is_listed(facing: Facing) -> None:
    names = [name for name in NAMES if name != "\udfff"]
    scene = facing(Serving({"/v1/jobs/job-1/artifacts": index_of(names)}))
    download_all(scene.client, scene.access, scene.client.artifacts(scene.access))
    asked = [line.split(" ")[1] for line in scene.server.asked[1:]]
    assert [unquote_to_bytes(path.removeprefix("/v1/jobs/job-1/artifacts/")).decode() for path in asked] == names


def test_an_index_without_end_and_downloads_without_answer_are_given_up(facing: Facing) -> None:
    many = [f"runs/{n}" for n in range(MOST_DOWNLOADS * 3)]
    nothing: Answer = lambda _: []  # noqa: E731
    scene = facing({"/v1/jobs/job-1/artifacts": index_of(many), **{f"/v1/jobs/job-1/artifacts/{n}": nothing for n in many}})
    index = scene.client.artifacts(scene.access)
    downloads, artifacts = download_all(scene.client, scene.access, index)
    assert (len(downloads), artifacts) == (IN_VAIN, ())
    assert len(facts.indexed_artifacts(facts.answered(index))) == len(many)


def test_a_name_with_a_secret_in_it_is_asked_for_and_not_written_down(facing: Facing) -> None:
    scene = facing(Serving({"/v1/jobs/job-1/artifacts": index_of([f"runs/{TOKEN}.csv"])}))
    (download,), (artifact,) = download_all(scene.client, scene.access, scene.client.artifacts(scene.access))
    assert scene.server.asked[-1].split(" ")[1] == f"/v1/jobs/job-1/artifacts/runs/{TOKEN}.csv"
    assert (download.status, TOKEN in artifact.rel_path, TOKEN in download.url) == (200, False, False)
    assert search(scene.folder, scene.archive.redactor.forms()).hits == ()


def test_a_second_download_never_takes_the_place_of_the_first(facing: Facing) -> None:
    answers = iter([b"first", b"second"])
    scene = facing({"/v1/jobs/job-1/artifacts/a.txt": lambda head: once(next(answers))(head)})
    kept = [scene.client.download(scene.access, {"rel_path": "a.txt"})[1] for _ in range(2)]
    files = [artifact.body.file or "" for artifact in kept if artifact]
    assert files == ["artifacts/main/job-1/a.txt", "artifacts/main/job-1/a~2.txt"]
    assert [(scene.folder / file).read_bytes() for file in files] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (["a/b", "a/b"], ["a/b", "a/b~2"]),
        (["a/B.txt", "a/b.txt"], ["a/B.txt", "a/b~2.txt"]),
        (["A/x", "a/x"], ["A/x", "a~2/x"]),
        (["A/x", "a/x", "a/y"], ["A/x", "a~2/x", "a~2/y"]),
        (["a", "a/b"], ["a", "a~2/b"]),
        (["a/b", "a"], ["a/b", "a~2"]),
        (["A", "a", "a~2"], ["A", "a~2", "a_2-9496c93a"]),
        (["", "/", "//"], ["_", "_~2", "_~3"]),
    ],
)
def test_a_place_is_given_out_once(asked: list[str], given: list[str]) -> None:
    shelf = Shelf()
    assert [str(shelf.place(name)) for name in asked] == given


def test_paths_of_any_length_can_be_stored(tmp_path: Path) -> None:
    shelf = Shelf()
    for name in ("a/b/c/" + "d/" * 3000 + "e.txt", "a/b/c/" + "d" * 90 + "/" + "e" * 90 + "/" + "f" * 90, "x" * 5000):
        place = tmp_path / shelf.place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(exist_ok=False)


def test_a_safe_name_is_the_same_for_the_same_name() -> None:
    assert safe_name("a b") == safe_name("a b") != safe_name("a_b")
