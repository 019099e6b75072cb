"""The file system of the reference SS's image, put together from what runs the project on this machine.

No base image and no network is needed: this interpreter with its standard library, the packages that the rehearsal needs,
the shared libraries that any of them is linked to, a shell, and the package `rehearsal`. Paths stay as they are here, since
an interpreter finds its library by them; packages and project go to /opt. Linux with glibc only.
"""

import importlib.metadata
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
APP, PACKAGES = PurePosixPath("/opt/rehearsal"), PurePosixPath("/opt/packages")
NEEDED = ("fastapi", "httpx", "numpy", "openai", "pydantic", "python-multipart", "scipy", "uvicorn")
LEFT_OUT = {"site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3"}
FOLDERS = ("tmp", "proc", "sys", "dev", "root", "run")
ACCOUNTS = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n"}
LINKED = re.compile(r"^\s*(?:\S+ => )?(/\S+) \(0x", re.M)


class NotPossible(Exception):
    """The image can't be made of what is on this machine; the text says why."""


def write(target: Path) -> str:
    """Writes the file system as a tar archive. Out: the path of the interpreter in it. Raises `NotPossible`."""
    interpreter = Path(sys.base_prefix, "bin", f"python{sysconfig.get_python_version()}")
    if not sys.platform.startswith("linux") or not interpreter.is_file():
        raise NotPossible(f"it takes a Linux machine with an interpreter of its own; there is no {interpreter}")
    files = dict(_content(interpreter))
    libraries = _libraries(source for source in files.values() if _is_elf(source))
    files |= {library: Path(library).resolve() for library in libraries if library not in files}
    with tarfile.open(target, "w") as archive:
        for name in FOLDERS:
            _add_folder(archive, name, 0o1777 if name == "tmp" else 0o755)
        for name, text in ACCOUNTS.items():
            _add_text(archive, name, text)
        for name in ("python", "python3"):
            _add_link(archive, f"opt/bin/{name}", str(interpreter))
        for place, source in sorted(files.items()):
            archive.add(source, str(place).lstrip("/"), recursive=False, filter=_owned_by_root)
    return str(interpreter)


def _content(interpreter: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """Where each file goes, and where it comes from."""
    yield PurePosixPath(interpreter), interpreter.resolve()
    yield PurePosixPath("/bin/sh"), Path("/bin/sh").resolve()
    library = Path(sysconfig.get_path("stdlib"))
    for source in _files_below(library):
        yield PurePosixPath(library / source.relative_to(library)), source
    for package in sorted(_with_requirements(NEEDED)):
        for file in importlib.metadata.files(package) or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and "tests" not in file.parts and source.is_file():
                yield PACKAGES / file, source
    for source in _files_below(ROOT / "rehearsal"):
        yield APP / source.relative_to(ROOT), source


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith("config-"):
            continue
        if path.is_dir():
            yield from _files_below(path)
        elif path.is_file():
            yield path


def _with_requirements(names: tuple[str, ...]) -> set[str]:
    """The distributions and what they require; optional extras are left out."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            required = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            if name in names:
                raise NotPossible(f"the package {name} is not installed beside {sys.executable}: run `make setup`") from None
            continue  # required on another platform or Python only
        found.add(name)
        wanted = (re.match(r"[\w.-]+", line) for line in required if "extra ==" not in line)
        waiting += [match.group().lower().replace("_", "-") for match in wanted if match]
    return found


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _libraries(programs: Iterator[Path]) -> set[PurePosixPath]:
    """The shared libraries of the system, the dynamic loader included, under the names by which they are asked for."""
    asked = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False)
    carried = (str(Path(sysconfig.get_path("purelib"))), str(Path(sysconfig.get_path("platlib"))))
    return {PurePosixPath(name) for name in LINKED.findall(asked.stdout) if not name.startswith(carried)}


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def _add_folder(archive: tarfile.TarFile, name: str, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, mode
    archive.addfile(member)


def _add_link(archive: tarfile.TarFile, name: str, target: str) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    archive.addfile(member)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    archive.addfile(member, io.BytesIO(content))
