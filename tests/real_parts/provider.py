"""Fake providers as processes, and certificates for them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

# Python 3.13 verifies strictly, as RFC 5280 has it: an authority says what it is for, a certificate who issued it.
CA_USE = "keyUsage=critical,keyCertSign,cRLSign"
ISSUED_BY = "authorityKeyIdentifier=keyid"

NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by the openssl command")


class Certificates(NamedTuple):
    """PEM files: an authority, a server's key, its certificate by that authority, and one by itself."""

    authority: Path
    key: Path
    issued: Path
    self_signed: Path


def make_certificates(folder: Path, name: str) -> Certificates:
    """For a server that is called by this DNS name or at 127.0.0.1."""
    made = Certificates(*(folder / file for file in ("ca.pem", "key.pem", "issued.pem", "self.pem")))

    def openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)

    alternative = f"subjectAltName=DNS:{name},IP:127.0.0.1"
    (folder / "names").write_text(f"{alternative}\n{ISSUED_BY}\n")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2]
    openssl(*new, "-keyout", "ca.key", "-out", made.authority, "-subj", "/O=Test authority/CN=Test CA", "-addext", CA_USE)
    openssl(*new, "-keyout", made.key, "-out", made.self_signed, "-subj", f"/CN={name}", "-addext", alternative)
    openssl("req", "-new", "-key", made.key, "-out", "csr.pem", "-subj", f"/O=Test provider/CN={name}")
    by = ["-CA", made.authority, "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
    openssl("x509", "-req", "-in", "csr.pem", *by, "-days", 2, "-out", made.issued)
    return made


@contextlib.contextmanager
def hiding_provider(*options: object, prefix: tuple[str, ...] = ()) -> Iterator[int]:
    """A provider that hides that it stands in; gives its port. `prefix` stands before the command."""
    program = Path(__file__).with_name("hiding_provider.py")
    command = [*prefix, sys.executable, str(program), *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            # One that was started in the background may ignore SIGINT; what is behind it goes with its group.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
