"""An address that cannot be listened on is said before anything starts."""

import socket

import pytest

from console.runtime.address import check_free, ready_status
from console.runtime.errors import RuntimeProblem


def test_a_port_in_use_is_named_with_the_variable_that_changes_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RuntimeProblem, match=f"Port {port} .* MNEMOSCOPE_PORT"):
            check_free("127.0.0.1", port, setting="MNEMOSCOPE_PORT")
        with pytest.raises(RuntimeProblem, match="in use"):
            check_free("0.0.0.0", port, setting="MNEMOSCOPE_PORT")  # noqa: S104


def test_a_foreign_host_is_named_with_its_variable(free_port: int) -> None:
    with pytest.raises(RuntimeProblem, match="MNEMOSCOPE_HOST"):
        check_free("203.0.113.7", free_port, setting="MNEMOSCOPE_PORT")


def test_nobody_answering_is_not_an_error(free_port: int) -> None:
    check_free("127.0.0.1", free_port, setting="MNEMOSCOPE_PORT")
    assert ready_status("127.0.0.1", free_port) is None
