"""A whole instance, whose processes tell of themselves to an endpoint somewhere else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.inflate import inflate
from audit.ingest.record import SpanRecord
from tests.instance import running_instance

PATIENCE = 60
TOKEN = "scrape-me"
TRACE, CALLER = "ab" * 16, "cd" * 8
WANTED = {"create_memory", "POST api/v1/memories", "INSERT"}


@contextmanager
def an_endpoint(received: list[SpanRecord]) -> Iterator[str]:
    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            encoding = self.headers.get("Content-Encoding", "")
            received.extend(decode_protobuf(inflate(raw, encoding, limit=2**26)).spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_agents_write_is_a_span_of_its_own_trace_and_counted():
    received: list[SpanRecord] = []
    with (
        an_endpoint(received) as endpoint,
        running_instance(
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, MNEMOSCOPE_METRICS_TOKEN=TOKEN
        ) as instance,
    ):
        traced = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
        with httpx.Client(base_url=instance.url, headers=traced) as http:
            key = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
            write = {"content": "Ida cycles.", "subject": "customer-1"}
            http.post("/api/v1/memories", json=write, headers=key).raise_for_status()
        spans = spans_of_trace(received)
        scrape = {"Authorization": f"Bearer {TOKEN}"}
        text = httpx.get(f"{instance.url}/metrics", headers=scrape).raise_for_status().text
    served = next(span for span in spans if span.name == "POST api/v1/memories")
    assert served.parent_id == bytes.fromhex(CALLER)
    assert served.source.resource["service.name"] == "mnemoscope-web"
    assert served.attributes["http.response.status_code"] == 201
    told = "".join(str(span) for span in received)
    for secret in ("Ida cycles", "customer-1", instance.demo["agent_key"]):
        assert secret not in told
    written = 'duration_seconds_count{method="POST",route="api/v1/memories",status="201"} 1.0'
    assert f"mnemoscope_http_request_{written}" in text


def spans_of_trace(received: list[SpanRecord]) -> list[SpanRecord]:
    """Exporters send every five seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        spans = [span for span in received if span.trace_id.hex() == TRACE]
        if {span.name for span in spans} >= WANTED:
            return spans
        time.sleep(0.2)
    raise AssertionError(f"Of {WANTED} came {sorted({span.name for span in received})}.")
