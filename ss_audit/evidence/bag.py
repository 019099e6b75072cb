"""The bundle as a bag (BagIt 1.0, RFC 8493, SHA-256): every file with its digest, and the digests with theirs.

What lies in `data/` is listed in `manifest-sha256.txt`; every file beside `data/`, the manifest included, in
`tagmanifest-sha256.txt`. So the digest of that last file pins everything.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
DECLARED, INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
PIECE = 1 << 20


class ManifestUnreadable(ValueError):
    """A manifest has a line that is none. The text names the file and the line."""


def files_in(folder: Path) -> tuple[str, ...]:
    """Every file below the folder, by its path in it, sorted. Symbolic links count as files and are not followed."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        below = Path(place).relative_to(folder).as_posix()
        found += [name if below == "." else f"{below}/{name}" for name in [*names, *links]]
    return tuple(sorted(found))


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes, hex, read piece by piece. Raises OSError."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def list_payload(bundle: Path) -> dict[str, str]:
    """Writes the manifest of everything in `data/` as it is now. Out: the digests by path. Raises OSError."""
    digests = {name: digest_of(bundle / name) for name in _payload(bundle)}
    write_whole(bundle / MANIFEST, manifest(digests))
    return digests


def seal(bundle: Path, info: Mapping[str, str]) -> str:
    """Closes the bag: writes what it is, and last the manifest of every file beside `data/`.

    In: a bundle whose payload is listed. Out: the digest that pins it, "sha256:…". Raises OSError.
    """
    write_whole(bundle / DECLARED, DECLARATION)
    write_whole(bundle / INFO, bag_info(info))
    beside = [path for path in files_in(bundle) if not path.startswith("data/") and path != TAG_MANIFEST]
    sealed = manifest({name: digest_of(bundle / name) for name in beside})
    write_whole(bundle / TAG_MANIFEST, sealed)
    return f"sha256:{hashlib.sha256(sealed).hexdigest()}"


def payload_oxum(bundle: Path) -> str:
    """RFC 8493 2.2.2: the payload's size in bytes, a dot, the number of its files."""
    sizes = [(bundle / name).lstat().st_size for name in _payload(bundle)]
    return f"{sum(sizes)}.{len(sizes)}"


def bag_info(info: Mapping[str, str]) -> bytes:
    """`bag-info.txt`: a label and its value a line; a value is one line."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in info.items()).encode("utf-8")


def manifest(digests: Mapping[str, str]) -> bytes:
    """A manifest's text: digest, two blanks, path; by path. RFC 8493 2.1.3 has line ends and % in a path escaped."""
    return "".join(f"{digests[name]}  {_escaped(name)}\n" for name in sorted(digests)).encode("utf-8")


def read_manifest(file: Path) -> dict[str, str]:
    """The digests by path. Raises OSError, and `ManifestUnreadable` for a line that is none or a path that stands twice."""
    found: dict[str, str] = {}
    try:
        lines = file.read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ManifestUnreadable(f"{file.name} is no UTF-8 text: {error.reason} at byte {error.start}") from None
    for number, line in enumerate(lines, 1):
        if not line and number == len(lines):
            continue
        digest, gap, name = line[:64], line[64:66], _unescaped(line[66:])
        if gap != "  " or not name or len(digest) != 64 or set(digest) - set("0123456789abcdef") or name in found:
            raise ManifestUnreadable(f"{file.name}, line {number}: {line[:120]!r} is no digest with a path of its own")
        found[name] = digest
    return found


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file so that it is there with all of its content, on the disk, or not at all. Raises OSError."""
    unfinished = file.with_name(f".{file.name}.part")
    try:
        with unfinished.open("wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _payload(bundle: Path) -> tuple[str, ...]:
    return tuple(f"data/{name}" for name in files_in(bundle / "data"))


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _unescaped(name: str) -> str:
    return name.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
