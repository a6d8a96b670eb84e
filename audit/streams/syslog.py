"""Messages of syslog: RFC 5424, framed by octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3).

The message proper is UTF-8 without the byte order mark of §6.4, which readers of JSON refuse.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

LOG_AUDIT = 13  # the facility
NOTICE, WARNING = 5, 4
# The number that RFC 5424 sets aside for examples: we have none of our own.
SD_ID = "mnemoscope@32473"
APP_NAME = "mnemoscope"
MAX_HOSTNAME, MAX_MSGID = 255, 32


def framed(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)


def syslog_message(
    *, at: datetime, kind: str, text: bytes, data: dict[str, str], severity: int = NOTICE
) -> bytes:
    """`data` becomes structured data; its values are ids and numbers, escaped all the same."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    parameters = "".join(f' {name}="{_escaped(value)}"' for name, value in data.items())
    head = (
        f"<{LOG_AUDIT * 8 + severity}>1 {moment} {_hostname()} {APP_NAME} -"
        f" {_printable(kind, MAX_MSGID)} [{SD_ID}{parameters}] "
    )
    return head.encode() + text


def _hostname() -> str:
    return _printable(urlsplit(settings.PUBLIC_URL).hostname or "-", MAX_HOSTNAME)


def _printable(text: str, most: int) -> str:
    """PRINTUSASCII, which has no space."""
    return "".join(char if "!" <= char <= "~" else "_" for char in text)[:most] or "-"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
