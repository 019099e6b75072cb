"""The last look at a finished run's folder: does any secret that the run knew stand anywhere in it, in any form?"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import IO, NamedTuple

from ss_audit.evidence.packed import BLOCK, Unpacking
from ss_audit.evidence.plain_text import on_a_line
from ss_audit.evidence.secret_finder import Finder

MOST_IN_A_FILE = 100
IN_THE_NAME = -1
HIDDEN = "(secret)"


class Hit(NamedTuple):
    """A secret in a file, without the secret: the file, the offset in bytes, and what the secret is called.

    `file` is relative to the folder; what lies in a packed file is `archive.zip!name`, with the offset in what was unpacked.
    The offset is `IN_THE_NAME` when it stands in the path; there the secret is left out.
    """

    file: str
    offset: int
    name: str

    def __str__(self) -> str:
        where = "in its name" if self.offset == IN_THE_NAME else f"at byte {self.offset}"
        return f"{self.file}, {where}: {self.name}"


class Searched(NamedTuple):
    """What a search came to: every hit, sorted by file and offset; and what was packed and could not be searched, and why."""

    hits: tuple[Hit, ...]
    missed: tuple[str, ...]


def search(folder: Path, forms: Mapping[bytes, str]) -> Searched:
    """Every place below `folder` where one of the forms stands.

    In: the forms, as bytes, with the name of the secret (`Redactor.forms`). Every file is read, and what is packed in it
    (`ss_audit.evidence.packed`). Links are not followed. Of a file's hits the first hundred are told. Raises OSError
    for a file that can't be read: a search that passes over one is none.
    """
    finder = Finder(forms)
    hits: set[Hit] = set()
    missed: list[str] = []
    for path in folder.rglob("*"):
        shown, named = _shown(path.relative_to(folder).as_posix(), finder)
        hits |= {Hit(shown, IN_THE_NAME, forms[form]) for form in named}
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                inside = _searched(file, finder, forms, as_it_lies=True)
            hits |= {hit._replace(file=shown + hit.file) for hit in inside.hits}
            missed += [f"{shown}: {why}" for why in inside.missed]
    return Searched(tuple(sorted(hits)), tuple(sorted(missed)))


def search_packed(file: IO[bytes], forms: Mapping[bytes, str]) -> Searched:
    """As `search`, for what lies packed in one file; nothing when nothing does."""
    return _searched(file, Finder(forms), forms, as_it_lies=False)


def _searched(file: IO[bytes], finder: Finder, forms: Mapping[bytes, str], as_it_lies: bool) -> Searched:
    """One file: what is packed in it, and itself as well where that was not done before."""
    unpacking = Unpacking()
    itself = (("", offset, form) for offset, form in _as_it_lies(file, finder)) if as_it_lies else ()
    places = islice(chain(itself, _unpacked(file, finder, unpacking)), MOST_IN_A_FILE)
    hits = tuple(Hit(inside, offset, forms[form]) for inside, offset, form in places)
    return Searched(hits, tuple(_shown(why, finder)[0] for why in unpacking.missed))


def _unpacked(file: IO[bytes], finder: Finder, unpacking: Unpacking) -> Iterator[tuple[str, int, bytes]]:
    for part in unpacking.parts(file):
        shown, named = _shown("!".join(["", *map(on_a_line, part.names)]), finder)
        yield from ((shown, IN_THE_NAME, form) for form in named)
        yield from ((shown, offset, form) for offset, form in _as_it_lies(part.file, finder))


def _shown(name: str, finder: Finder) -> tuple[str, list[bytes]]:
    """A path as it can be told, and the forms that stand in it."""
    raw = name.encode("utf-8", "surrogateescape")
    named = [form for _, form in finder.find(raw)]
    for form in named:
        raw = raw.replace(form, HIDDEN.encode())
    return raw.decode("utf-8", "backslashreplace"), named


def _as_it_lies(file: IO[bytes], finder: Finder) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    return _in_stream(iter(lambda: file.read(BLOCK), b""), finder)


def _in_stream(blocks: Iterable[bytes], finder: Finder) -> Iterator[tuple[int, bytes]]:
    """Offsets in the whole stream. Blocks overlap by one byte less than the longest form, so none is cut unseen."""
    kept, before = b"", 0
    for block in blocks:
        data = kept + block
        for at, form in finder.find(data):
            yield before + at, form
        keep = min(len(data), max(finder.longest - 1, 0))
        kept, before = data[len(data) - keep :], before + len(data) - keep
