"""The door for traces over gRPC: malformed messages, and strings in the metadata of a call."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc

from benchmarks.fuzz_doors import Given
from console.api import otlp_grpc

# What is none of the door's own choices.
FAILURES = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.DATA_LOSS,
}
METADATA = ("authorization", "traceparent", "x-mnemoscope-tenant", "user-agent-of-mine")
LONGEST = 4000  # gRPC bounds all metadata of a call at 8 kB

Call = tuple[str, bytes, dict[str, str]]


def answers(
    given: Given, strings: Sequence[str], messages: Sequence[Path]
) -> tuple[Counter[str], list[str]]:
    """How often each code was answered, and the calls that failed."""
    codes: Counter[str] = Counter()
    failures: list[str] = []
    server, port = otlp_grpc.start("127.0.0.1", 0)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
                f"/{otlp_grpc.TRACES}/Export"
            )
            for what, message, metadata in _calls(given, strings, messages):
                code = _code(export, message, metadata)
                codes[code.name] += 1
                if code in FAILURES:
                    failures.append(f"{code.name} {what}")
    finally:
        server.stop(None).wait()
    return codes, failures


def _code(
    export: "grpc.UnaryUnaryMultiCallable[bytes, bytes]", message: bytes, metadata: dict[str, str]
) -> grpc.StatusCode:
    try:
        export(message, metadata=tuple(metadata.items()), timeout=60)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def _calls(given: Given, strings: Sequence[str], messages: Sequence[Path]) -> Iterator[Call]:
    known = {"authorization": f"Bearer {given.agent_key}"}
    for path in messages:
        yield f"gRPC {path.name}", path.read_bytes(), known
    for text in strings:
        # A client refuses to send what HTTP/2 could not carry.
        sent = "".join(c for c in text if " " <= c <= "~")[:LONGEST].strip()
        for name in METADATA:
            yield f"gRPC {name} {sent[:60]!r}", b"", {**known, name: sent}
