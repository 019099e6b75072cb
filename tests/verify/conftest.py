"""Two small audits, carried out once, and copies of what they left."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from .bundles import Sealed, begun, ended


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key to sign with, and its public half, as an operator has them."""
    folder = tmp_path_factory.mktemp("keys")
    key = Ed25519PrivateKey.generate()
    private, public = folder / "signing key.pem", folder / "public key.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory, keys: tuple[Path, Path]) -> tuple[Sealed, Sealed]:
    """Two runs at once, the first of them signed."""
    first, second = tmp_path_factory.mktemp("signed"), tmp_path_factory.mktemp("unsigned")
    under_way = begun(first, "seed=3", f"signing_key={keys[0]}"), begun(second, "seed=4")
    return ended(first, under_way[0]), ended(second, under_way[1])


@pytest.fixture
def signed(two: tuple[Sealed, Sealed], tmp_path: Path) -> Sealed:
    """A copy of a run with a signature, in another folder."""
    return _copy(two[0], tmp_path)


@pytest.fixture
def unsigned(two: tuple[Sealed, Sealed], tmp_path: Path) -> Sealed:
    """A copy of a run without one."""
    return _copy(two[1], tmp_path)


def _copy(run: Sealed, place: Path) -> Sealed:
    shutil.copytree(run.bundle, place / "copied bundle")
    return Sealed(place / "copied bundle", run.digest, run.said)
