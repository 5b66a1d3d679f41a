"""Calls to where definitions and strangers say: never into the house, in bounded time, with bounded answers."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from customary.engine.messages import NotNow, Undeliverable, http
from customary.engine.messages.addresses import Allowed, allowed
from customary.engine.messages.http import MOST_BYTES, Call, call, parsed

from ...far_side import FarSide, far_side

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:0:0:0:0:80ff:fffe]", "[fd00:ec2::254]",
    "localhost", "2130706433", "0x7f.1", "127.1", "017700000001",
]  # fmt: skip


def to(url: str, method: str = "POST", timeout_seconds: float = 5, **more: object) -> Call:
    given = {"headers": {"Accept": "*/*"}, "secret": {"Authorization": "Bearer x"}, "body": b"{}"} | more
    return Call(method, url, timeout_seconds=timeout_seconds, **given)  # type: ignore[arg-type]


@pytest.fixture
def open_to(far: FarSide) -> Allowed:
    return allowed([far.host])


@pytest.mark.parametrize("host", INSIDE)
def test_what_lies_inside_is_never_called(host: str) -> None:
    with pytest.raises(Undeliverable, match="does not lie in the open internet"):
        call(to(f"http://{host}/"), Allowed())


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://", "http://a:b@example.com/", "https://example.com:99999/",
     "http://example.com/a b", "http://example.com/\r\nX: y", "//example.com", "http://[::1", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Undeliverable, match="is not a web address"):
        parsed(url)


def test_the_settings_allow_hosts_ports_and_networks(far: FarSide) -> None:
    port = far.host.partition(":")[2]
    for entries in (["127.0.0.1"], [far.host], ["127.0.0.0/8"], ["127.0.0.1/32", "10.0.0.0/8"]):
        assert call(to(far.url), allowed(entries)).status == 200
    assert call(to(f"http://[::ffff:127.0.0.1]:{port}/"), allowed(["127.0.0.0/8"])).status == 200
    for entries in (["127.0.0.1:1"], ["10.0.0.0/8"], ["localhost"], []):
        with pytest.raises(Undeliverable):
            call(to(far.url), allowed(entries))
    for entry in ("a b", "http://x", "host:port", ""):
        with pytest.raises(ValueError):
            allowed([entry])


def test_where_the_settings_list_hosts_no_other_is_called_nor_looked_up(
    far: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def looked_up(host: str, *more: object, **rest: object) -> list:
        asked.append(host)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
        return found if host.endswith("example.com") else real(host, *more, **rest)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    listed = allowed([], ["API.example.com", "hooks.example.com:8443"])
    assert listed.addresses("api.example.com", 443) == listed.addresses("hooks.example.com", 8443) == ["93.184.216.34"]
    asked.clear()
    for host, port in (
        ("hooks.example.com", 443),
        ("x.api.example.com", 443),
        ("93.184.216.34", 443),
        ("127.0.0.1", 1),
    ):
        for only in (["api.example.com", "hooks.example.com:8443"], []):
            with pytest.raises(Undeliverable, match="is not among the hosts that customary.yaml lists"):
                allowed([], only).addresses(host, port)
    assert asked == []
    assert (
        call(to(far.url), allowed([far.host], [])).status
        == call(to(far.url), allowed(["127.0.0.0/8"], [])).status
        == 200
    )
    with pytest.raises(Undeliverable, match="lists in calls_only_to"):
        allowed(["127.0.0.0/8"], []).addresses("api.example.com", 443)
    with pytest.raises(Undeliverable, match="does not lie in the open internet"):
        allowed([], ["127.0.0.1"]).addresses("127.0.0.1", 1)
    far.answer((307, b"", {"Location": "https://elsewhere.example.com/"}))
    with pytest.raises(Undeliverable, match="elsewhere.example.com is not among"):
        call(to(far.url), allowed([far.host], ["api.example.com"]))


def test_a_name_that_changes_its_address_is_called_at_the_checked_one(
    far: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second look-up would lead elsewhere, so there is none."""
    port, asked = int(far.host.partition(":")[2]), []
    real = socket.getaddrinfo

    def looked_up(host: str, *more: object, **rest: object) -> list:
        if host == "rebinding.example.com":
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.9.9.9", port))]
        return real(host, *more, **rest)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert call(to(f"http://rebinding.example.com:{port}/"), allowed(["127.0.0.0/8"])).status == 200
    assert (len(asked), far.calls[0][2]["host"]) == (1, f"rebinding.example.com:{port}")


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Undeliverable, match=r"127\.0\.0\.1"):
        call(to("http://example.com/"), Allowed())


def test_a_redirect_is_checked_like_an_address_and_gets_no_secrets(far: FarSide, open_to: Allowed) -> None:
    far.answer((307, b"", {"Location": "http://169.254.169.254/latest/meta-data"}))
    with pytest.raises(Undeliverable, match=r"169\.254\.169\.254"):
        call(to(far.url), open_to)
    port = far.host.partition(":")[2]
    far.answer((308, b"", {"Location": f"http://localhost:{port}/there"}), (200, b"{}"))
    assert call(to(far.url), allowed([far.host, "localhost"])).status == 200
    first, second = far.calls[-2:]
    assert ("authorization" in first[2], "authorization" in second[2], second[1]) == (True, False, "/there")
    far.answer((302, b"", {"Location": "/elsewhere"}))
    assert call(to(far.url), open_to).status == 302
    far.answer((302, b"", {"Location": "/elsewhere"}), (200, b"{}"))
    assert call(to(far.url, "GET"), open_to).status == 200
    far.answer((302, b"", {"Location": "/round"}))
    with pytest.raises(Undeliverable, match="leads on and on"):
        call(to(far.url, "GET"), open_to)


def test_an_answer_has_an_end(far: FarSide, open_to: Allowed) -> None:
    far.answer((200, b"x" * MOST_BYTES))
    assert len(call(to(far.url), open_to).body) == MOST_BYTES
    far.answer((200, b"x" * (MOST_BYTES + 1)))
    with pytest.raises(Undeliverable, match="larger than 256 kB"):
        call(to(far.url), open_to)
    far.answer((200, b"short", {"Content-Length": "10", "Connection": "close"}))
    with pytest.raises(NotNow, match="cannot be reached|in time"):
        call(to(far.url, timeout_seconds=1), open_to)


def test_a_server_that_drips_is_left_when_its_time_is_over(far: FarSide, open_to: Allowed) -> None:
    far.drip = 0.2
    far.answer((200, b"x" * 1000))
    begun = time.monotonic()
    with pytest.raises(NotNow, match="did not answer in time"):
        call(to(far.url, timeout_seconds=1), open_to)
    assert time.monotonic() - begun < 60


def test_who_is_not_there_may_come_back(free_port: Callable[[], int]) -> None:
    with pytest.raises(NotNow, match="cannot be reached"):
        call(to(f"http://127.0.0.1:{free_port()}/"), allowed(["127.0.0.1"]))
    with pytest.raises(NotNow, match="there is no host"):
        call(to("http://nowhere.invalid/"), Allowed())


def test_a_header_cannot_smuggle_another(far: FarSide, open_to: Allowed) -> None:
    with pytest.raises(Undeliverable, match="no header can hold"):
        call(to(far.url, headers={"X-A": "a\r\nX-B: b"}), open_to)
    assert far.calls == []


def test_over_tls_the_certificate_must_be_that_of_the_name_and_not_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate(tmp_path, "far.example.com")
    with far_side(cert, key) as far:
        port = int(far.host.partition(":")[2])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        inside = allowed(["127.0.0.0/8"])
        with pytest.raises(NotNow, match="certificate of far.example.com does not hold"):
            call(to(f"https://far.example.com:{port}/"), inside)
        monkeypatch.setattr(http, "_trust", lambda: ssl.create_default_context(cafile=str(cert)))
        assert call(to(f"https://far.example.com:{port}/"), inside).status == 200
        with pytest.raises(NotNow, match="certificate of other.example.com does not hold"):
            call(to(f"https://other.example.com:{port}/"), inside)
        far.drip = 0.2
        far.answer((200, b"x" * 1000))
        with pytest.raises(NotNow, match="did not answer in time"):
            call(to(f"https://far.example.com:{port}/", timeout_seconds=1), inside)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own making for one name, and its key."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return cert_file, key_file


@pytest.fixture
def free_port() -> Callable[[], int]:
    def found() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return found
