"""Addresses that may be fetched, and addresses that are refused."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from compare.corpus.web.addresses import NOT_PUBLIC, is_public
from compare.corpus.web.fetch import fetch
from tests.corpus.web.serving import BY_HAND, PAGE, Site, names, refused


def test_redirects_are_followed(site: Site) -> None:
    for step in range(5):
        site.answer(f"/{step}", b"", 302, Location=f"{step + 1}?from={step}")
        site.answer(f"/{step}?from={step - 1}", b"", 307, Location=f"{step + 1}?from={step}")
    site.answer("/5?from=4", Content_Type="text/html")
    assert site.fetch("/0").url == site.url + "/5?from=4"


def test_redirects_without_an_end(site: Site) -> None:
    site.answer("/", b"", 301, Location="/")
    assert site.refuses() == (
        "'SITE/' is behind more than 5 redirects: give the address that the page has in a browser, "
        f"or {BY_HAND}"
    )
    assert len(site.seen) == 6


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://10.0.0.1/", "is at 10.0.0.1, which is not on the public web"),
        ("http://169.254.169.254/latest/", "which is not on the public web"),
        ("//[::1]/", "which is not on the public web"),
        ("http://127.0.0.1/", "which is not on the public web"),
        ("http://127.0.0.1:22/", "names port 22"),
        ("file:///etc/passwd", "is not a web address"),
        ("ftp://ftp.example/", "is not a web address"),
        ("http://user:secret@127.0.0.1/", "has a user name or password"),
        ("http://[::1", "which is not a web address"),
        ("http://\\\\127.0.0.1/", "is not a web address"),
    ],
)
def test_each_redirect_is_checked(site: Site, location: str, why: str) -> None:
    site.answer("/", b"", 302, Location=location)
    assert why in site.refuses()
    assert len(site.seen) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is not a web address"),
        ("meren.example", "is not a web address"),
        ("file:///etc/passwd", "is not a web address"),
        ("javascript:alert(1)", "is not a web address"),
        ("http://", "is not a web address"),
        ("http:///path", "is not a web address"),
        ("http://a b.example/", "is not a web address"),
        ("http://meren.example/\r\nX: y", "is not a web address"),
        ("http://meren.example\\@127.0.0.1/", "is not a web address"),
        ("http://meren.example:port/", "is not a web address"),
        ("http://meren.example:99999/", "is not a web address"),
        ("http://" + "a" * 70 + ".example/", "is not a web address"),
        ("http://meren.example/\ud800", "is not a web address"),
        ("https://user@meren.example/", "has a user name or password"),
        ("https://meren.example:8443/", "names port 8443, and pages are fetched from 80 and 443"),
        ("http://127.0.0.1:25/", "names port 25"),
    ],
)
def test_addresses_that_are_refused_unasked(
    url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    assert why in refused(url)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.1.2.3"),
        *("192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "198.18.0.1", "192.0.2.1", "[::1]", "[::]", "[::ffff:127.0.0.1]"),
        *("[::ffff:7f00:1]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[2002:7f00:1::]"),
        *("[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2001::1]", "[2001:db8::1]", "[::7f00:1]"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_that_are_not_public(scheme: str, host: str) -> None:
    said = refused(f"{scheme}://{host}/")
    assert "which is not on the public web" in said or "cannot be looked up" in said


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("2002:a00:1::1", False),
        ("64:ff9b::a00:1", False),
        ("::ffff:10.0.0.1", False),
        ("192.88.99.1", False),
        ("192.0.0.9", False),
        ("192.0.0.192", False),
        ("::ffff:168.63.129.16", False),
        ("192.0.1.0", True),
        ("192.80.8.124", False),
        ("168.63.129.15", True),
        ("3fff::1", False),
        ("3ffe::1", True),
        ("4000::1", False),
        ("100:0:0:1::1", False),
        ("5f00::1", False),
        ("168.63.129.16", False),
        ("100.100.100.200", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("100.127.255.255", False),
        ("fe80::1%eth0", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("network", NOT_PUBLIC, ids=str)
def test_no_address_of_a_listed_network_is_public(network: ipaddress.IPv4Network) -> None:
    assert not is_public(network[0])
    assert not is_public(network[-1])


def test_one_address_that_is_not_public_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, meren_example=["93.184.215.14", "10.0.0.1"])
    assert refused("https://meren.example/") == (
        "'meren.example' is at 10.0.0.1, which is not on the public web: save the page, and "
        "use `compare import html FILE`."
    )


def test_the_name_is_looked_up_once_and_that_address_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, meren_example=["127.0.0.1"])
    site.answer("/", Content_Type="text/html")
    url = f"http://meren.example:{site.port}/"
    assert fetch(url, allowed={("127.0.0.1", site.port)}).url == url
    assert asked == ["meren.example"]
    assert site.seen[0][1]["Host"] == f"meren.example:{site.port}"


def test_a_second_address_is_tried(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, meren_example=["127.0.0.2", "127.0.0.1"])
    site.answer("/", Content_Type="text/html")
    allowed = {("127.0.0.1", site.port), ("127.0.0.2", site.port)}
    assert fetch(f"http://meren.example:{site.port}/", allowed=allowed).content == PAGE


def test_names_in_other_letters(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = names(monkeypatch, **{"xn--mren-bpa_example": ["127.0.0.1"]})
    site.answer("/", Content_Type="text/html")
    fetch(f"http://MÉREN.example.:{site.port}", allowed={("127.0.0.1", site.port)})
    assert asked == ["xn--mren-bpa.example"]


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.answer("/", Content_Type="text/html")
    assert site.fetch().content == PAGE


def test_no_such_site(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", none)
    assert refused("https://meren.example/") == (
        "There is no site 'meren.example', or it cannot be looked up: check the address and the "
        "connection."
    )
