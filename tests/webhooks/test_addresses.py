"""A webhook is no way into our own network: what counts is the address that is connected to."""

import socket
from ipaddress import ip_address

import pytest

from console.platform import outbound
from console.platform.outbound import OutboundError, RefusedUrlError, checked_url, is_public, post
from tests.webhooks.receiver import a_certificate, receiving

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:53aa:64c:0:0:80ff:fffe",
]


def names(monkeypatch, *addresses):
    """What the name is said to be, each time it is asked for."""
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def posted(url):
    return post(url, body=b"{}", headers={}, seconds=2, cut=100)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(monkeypatch, address):
    asked = names(monkeypatch, address)
    with pytest.raises(OutboundError, match="address_refused"):
        posted("https://hooks.example.com/")
    assert asked == ["hooks.example.com"]


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    names(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(OutboundError, match="address_refused"):
        posted("https://hooks.example.com/")


def test_a_name_that_changes_its_mind_changes_nothing(monkeypatch):
    """DNS rebinding: the second answer is never asked for, and the first is what is connected."""
    connected = []

    def create_connection(address, *_, **__):
        connected.append(address[0])
        raise ConnectionRefusedError

    asked = names(monkeypatch, "8.8.8.8")
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(OutboundError, match="no_connection"):
        posted("https://hooks.example.com/")
    assert asked == ["hooks.example.com"]
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "//hooks.example.com/",
        "https://",
        "https://alice:secret@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com/#secret",
        "https://hooks.example.com:25/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/a\r\nX-Header: 1",
        "https://hooks.example.com\\@evil.example/",
        "https://hööks.example/",
        "https://hooks.example.com/" + "a" * 500,
    ],
)
def test_an_address_that_is_not_fit_is_refused(url):
    with pytest.raises(RefusedUrlError):
        checked_url(url)
    with pytest.raises(OutboundError, match="address_refused"):
        posted(url)


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com", "https://hooks.example.com:8443/a?b=c", "https://8.8.8.8/"],
)
def test_an_ordinary_address_is_taken(url):
    assert checked_url(url).geturl() == url


def test_plain_http_is_for_this_host_and_only_where_the_operator_allows_it(settings, monkeypatch):
    with pytest.raises(RefusedUrlError):
        checked_url("http://localhost:8080/")
    settings.WEBHOOK_ALLOW_PRIVATE = True
    checked_url("http://localhost:8080/")
    checked_url("https://10.0.0.1/")
    with pytest.raises(RefusedUrlError):
        checked_url("http://10.0.0.1:8080/")
    names(monkeypatch, "10.0.0.1")
    with pytest.raises(OutboundError, match="address_refused"):
        posted("http://localhost:8080/")


def test_an_answer_is_cut(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        receiver.status, receiver.answer = 200, b"x" * 1_000_000
        assert posted(receiver.url).body == b"x" * 100


def test_whoever_drips_is_hung_up_on(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, pytest.raises(OutboundError, match="timeout"):
        post(
            f"http://127.0.0.1:{listener.getsockname()[1]}/",
            body=b"{}",
            headers={},
            seconds=0.3,
            cut=100,
        )


def test_only_a_certificate_that_somebody_vouches_for_is_taken(settings, tmp_path, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    certificate = a_certificate(tmp_path)
    with receiving(certificate) as receiver:
        with pytest.raises(OutboundError, match="tls"):
            posted(receiver.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        outbound.trusted_tls.cache_clear()
        try:
            assert posted(receiver.url).status == 204
            with pytest.raises(OutboundError, match="tls"):  # it is for another name
                posted(receiver.url.replace("localhost", "127.0.0.1"))
        finally:
            outbound.trusted_tls.cache_clear()
    assert len(receiver.got) == 1
