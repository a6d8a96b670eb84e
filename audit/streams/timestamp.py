"""Having a timestamp authority sign what it was shown, and when (RFC 3161, by HTTP as in §3.4)."""

from functools import lru_cache

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from console.platform.outbound import OutboundError, post

GRANTED = 200
READ_BYTES = 20_000


def timestamped(note: bytes, *, address: str, certificates: str, seconds: float) -> bytes:
    """The answer in DER, once it is verified up to one of `certificates` (PEM).

    Raises OutboundError.
    """
    request = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()
    asked = request.as_bytes()
    headers = {
        "content-type": "application/timestamp-query",
        "content-length": str(len(asked)),
        "user-agent": "Mnemoscope/1",
    }
    answer = post(address, body=asked, headers=headers, seconds=seconds, cut=READ_BYTES)
    if answer.status != GRANTED:
        raise OutboundError(f"status_{answer.status}")
    try:
        response = decode_timestamp_response(answer.body)
        verifier = VerifierBuilder(roots=list(authorities(certificates)), nonce=request.nonce)
        verifier.build().verify_message(response, note)
    except (VerificationError, ValueError):
        raise OutboundError("bad_timestamp") from None
    return answer.body


@lru_cache(maxsize=100)
def authorities(certificates: str) -> tuple[Certificate, ...]:
    """Raises ValueError on what is no certificate in PEM."""
    return tuple(load_pem_x509_certificates(certificates.encode()))
