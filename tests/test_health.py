"""Asking a bot how it is: what it says, what strangers say, and nobody there."""

import pytest

from bot.health import ask_health, is_ours, page_address
from tests.fakes.stranger import stranger


def http(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104  # nothing is bound
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
    ],
)
def test_a_page_is_asked_for_from_this_machine(host: str, address: str) -> None:
    assert page_address(host, 80) == address


def test_a_bot_that_is_well_and_one_that_is_not_both_say_so() -> None:
    with stranger(http("200 OK", '{"state": "ok"}')) as port:
        assert ask_health("127.0.0.1", port) == (True, '{"state": "ok"}')
    with stranger(http("503 Service Unavailable", '{"state": "down"}')) as port:
        assert ask_health("127.0.0.1", port) == (False, '{"state": "down"}')


def test_no_proxy_stands_between(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_tcp_port}")
    with stranger(http("200 OK", "fine")) as port:
        assert ask_health("127.0.0.1", port) == (True, "fine")


def test_what_is_no_web_server_and_what_is_not_there_are_told_apart(unused_tcp_port: int) -> None:
    with stranger(b"SSH-2.0-OpenSSH_9.9\r\n") as port, pytest.raises(OSError, match="no web server"):
        ask_health("127.0.0.1", port)
    with pytest.raises(OSError, match="Connection refused"):
        ask_health("127.0.0.1", unused_tcp_port)


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ('{"state": "ok", "parts": []}', True),
        ('{"status": "UP"}', False),
        ("[]", False),
        ("<html>", False),
        ("", False),
    ],
)
def test_the_answer_of_another_program_is_not_taken_for_ours(said: str, *, ours: bool) -> None:
    assert is_ours(said) is ours
