"""The whole audit inside a network of its own, where a server answers from an address as the world's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from whole_audit.running import PROGRAMS

from real_parts.auditing import Judged, with_provider
from real_parts.namespace import ADDRESS, ETC, NAME, Namespace, namespace, why_not
from real_parts.provider import NEEDS_OPENSSL, Certificates, hiding_provider, make_certificates

pytestmark = [
    pytest.mark.may_skip("a network namespace takes root and Linux"),
    pytest.mark.skipif(bool(why_not()), reason=f"no network namespace: {why_not()}"),
    NEEDS_OPENSSL,
]
PROVIDER = "llm.the_provider_is_real"


class Net(NamedTuple):
    """The namespace and the certificates for the server in it."""

    inside: Namespace
    made: Certificates

    def audit(self, place: Path, certificate: Path, *, trusted: bool, **settings: Any) -> Judged:
        """One audit in the namespace against a server with this certificate."""
        options = ("--host", ADDRESS, "--certificate", certificate, "--key", self.made.key)
        environment = {"SSL_CERT_FILE": str(self.made.authority)} if trusted else {}
        with hiding_provider(*options, prefix=self.inside.prefix) as port:
            prefix = (*self.inside.prefix, str(PROGRAMS / "behave"))
            return with_provider(place, f"https://{NAME}:{port}/v1", prefix, environment=environment, **settings)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    with namespace() as inside:
        yield Net(inside, make_certificates(tmp_path_factory.mktemp("certificates"), NAME))


def test_a_listed_host_behind_verified_tls_passes(tmp_path: Path, net: Net) -> None:
    """As far as a network can tell, this is the provider. Who vouches for it is said."""
    found = net.audit(tmp_path, net.made.issued, trusted=True, llm_hosts=NAME)
    assert (found.outcome, found.part) == ("pass", "PROVEN"), found.checks
    assert found.saw(PROVIDER) == f"{NAME}, TLSv1.3, certificate verified, issued by Test authority"


def test_an_authority_that_nobody_trusts_is_refuted(tmp_path: Path, net: Net) -> None:
    found = net.audit(tmp_path, net.made.issued, trusted=False, llm_hosts=NAME)
    assert (found.outcome, found.part) == ("fail", "REFUTED")
    assert f"the certificate of {NAME} was refused" in found.saw(PROVIDER)
    assert "this machine" not in found.saw(PROVIDER)


def test_a_host_that_is_not_listed_is_no_proof(tmp_path: Path, net: Net) -> None:
    found = net.audit(tmp_path, net.made.issued, trusted=True, llm_hosts="api.example.org")
    assert (found.outcome, found.part) == ("not_evidenced", "CONSISTENT")
    assert found.saw(PROVIDER) == f"{NAME} is not in llm_hosts"


def test_nothing_of_a_network_is_left() -> None:
    had = ETC.exists()
    with namespace() as made:
        folder = ETC / made.prefix[-1]
        assert (folder / "hosts").exists()
    assert not folder.exists()
    assert ETC.exists() == had
    assert not Path("/run/netns", made.prefix[-1]).exists()
