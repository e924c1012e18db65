"""Pages over TLS: trusted certificates, and refused ones."""

from __future__ import annotations

import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from compare.corpus.web.fetch import Fetched, fetch
from compare.errors import CorpusError
from tests.corpus.web.serving import BY_HAND, PAGE, Site, names, refused


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own for meren.example, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "certificate.pem", folder / "key.pem"
    try:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=meren.example", "-addext", "subjectAltName=DNS:meren.example"),
                *("-out", str(made[0]), "-keyout", str(made[1])),
            ],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return made


@pytest.fixture
def safe_site(site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Site:
    """A server that speaks TLS as meren.example; other.example has its address, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _, name, __: site.named.append(name)
    site.server.socket = context.wrap_socket(
        site.server.socket, server_side=True, do_handshake_on_connect=False
    )
    site.answer("/", Content_Type="text/html")
    names(monkeypatch, meren_example=["127.0.0.1"], other_example=["127.0.0.1"])
    return site


def _over_tls(site: Site, host: str) -> Fetched:
    return fetch(f"https://{host}:{site.port}/", allowed={("127.0.0.1", site.port)})


def test_a_certificate_that_is_trusted(
    safe_site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert _over_tls(safe_site, "meren.example").content == PAGE
    assert safe_site.named == ["meren.example"]


def test_a_certificate_for_another_name(
    safe_site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(CorpusError, match=r"^The certificate of other.example cannot be trusted"):
        _over_tls(safe_site, "other.example")
    assert safe_site.seen == []


def test_a_certificate_that_nobody_vouches_for(safe_site: Site) -> None:
    with pytest.raises(CorpusError) as caught:
        _over_tls(safe_site, "meren.example")
    assert str(caught.value) == (
        "The certificate of meren.example cannot be trusted (self-signed certificate): check "
        f"the address; if you trust the page, {BY_HAND}"
    )
    assert safe_site.seen == []


def test_no_tls_at_all(site: Site) -> None:
    allowed = {("127.0.0.1", site.port)}
    said = refused(f"https://127.0.0.1:{site.port}/", allowed=allowed, seconds=5)
    assert "cannot be fetched (" in said or "took longer" in said
    assert site.seen == []


def test_a_redirect_out_of_tls(
    safe_site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    safe_site.answer("/", b"", 302, Location="http://meren.example/")
    with pytest.raises(CorpusError, match=r"redirects to the unprotected 'http://meren.example/'"):
        _over_tls(safe_site, "meren.example")


def test_a_handshake_that_does_not_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"https://127.0.0.1:{port}/"
        said = refused(url, allowed={("127.0.0.1", port)}, seconds=0.4)
    assert "took longer than 0.4 seconds" in said
