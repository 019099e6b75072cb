"""A program made for the purpose that loads an interpreter as a library: the shim tells it, with a program that gcc builds."""

import shutil
import subprocess
from pathlib import Path

import pytest

from witness.desk import LINUX_ONLY, Desk

PROGRAM = """\
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
    if (LIBRARY[0] && !dlopen(LIBRARY, RTLD_NOW)) return 9;
    FILE *log = fopen("stata.log", "w");
    fputs("log", log);
    fflush(log);
    usleep(300000);
    return 0;
}
"""


def built(folder: Path, name: str, source: str, *options: str) -> Path:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no gcc to build a program with")
    (folder / f"{name}.c").write_text(source)
    subprocess.run([compiler, "-o", folder / name, folder / f"{name}.c", *options], check=True)
    return folder / name


@LINUX_ONLY
@pytest.mark.parametrize(
    ("library", "told"),
    [
        ("libpython3.99.so.1.0", ("libpython3.99.so.1.0",)),
        ("libR.so", ("libR.so",)),
        ("libRblas.so", ()),
        ("libmine.so", ()),
        ("", ()),
    ],
)
def test_an_interpreter_that_the_leaf_loads_is_on_record(desk: Desk, library: str, told: tuple[str, ...]) -> None:
    path = str(built(desk.folder, library, "int one(void) { return 1; }", "-shared", "-fPIC")) if library else ""
    stata = built(desk.folder, "stata-se", PROGRAM, f'-DLIBRARY="{path}"', "-ldl")
    assert desk.run(str(stata)).returncode == 0
    assert desk.only_run().leaf_libraries == told
