"""The addresses that web and the door for traces over gRPC listen on."""

import errno
import http.client
import socket

from console.runtime.errors import RuntimeProblem

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked up
PATIENCE_SECONDS = 1.0
# The socket is open before the application behind it has loaded.
READY_ANSWER_SECONDS = 30


def check_free(host: str, port: int, *, setting: str) -> None:
    """Raises RuntimeProblem, which names the setting, when nothing could listen there."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise _problem(error, host, port, setting) from error
    # macOS lets one listen on an address while another listens on all of them.
    if answers(host, port):
        raise _problem(OSError(errno.EADDRINUSE, ""), host, port, setting)


def ready_status(host: str, port: int) -> int | None:
    """The status that /healthz/ready answers with; None when nobody answers."""
    connection = http.client.HTTPConnection(
        ANY_ADDRESS.get(host, host), port, timeout=READY_ANSWER_SECONDS
    )
    try:
        connection.request("GET", "/healthz/ready", headers={"Host": f"127.0.0.1:{port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        address = (ANY_ADDRESS.get(host, host), port)
        with socket.create_connection(address, timeout=PATIENCE_SECONDS):
            return True
    except OSError:
        return False


def _problem(error: OSError, host: str, port: int, setting: str) -> RuntimeProblem:
    if error.errno == errno.EADDRINUSE:
        return RuntimeProblem(
            f"Port {port} on {host} is in use by another program: stop that one, or name another"
            f" port in {setting}."
        )
    if error.errno == errno.EACCES:
        return RuntimeProblem(
            f"Port {port} needs more rights than this user has: name one above 1023 in {setting}."
        )
    return RuntimeProblem(
        f"This machine cannot listen on {host}:{port} ({error.strerror}): correct MNEMOSCOPE_HOST."
    )
