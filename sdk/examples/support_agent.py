"""A support agent with a memory: four sessions of one case, over three days.

    python sdk/examples/support_agent.py --url http://127.0.0.1:8000 --key <agent key>

It runs as its own process, knows nothing of the server but its address, and sends its spans with
the OpenTelemetry SDK. No model is asked: where one would speak, a recorded answer does.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from uuid import uuid4

# A clone runs it without installing anything.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from case_player import CasePlayer, Outcome
from case_report import as_json, as_text
from mnemoscope_client import AuthenticationError, MnemoscopeClient, MnemoscopeError
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from recorded_case import read_case
from story_time import CountingExporter, StoryClock, StoryTime

CASE = Path(__file__).with_name("case.json")
PAUSE = 0.4


def main(arguments: list[str] | None = None) -> int:
    asked = parse(arguments)
    # Spans that are lost are told at the end; the exporter would say it with a traceback.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    try:
        outcome, spans = work(asked)
    except AuthenticationError:
        return fail(f"{asked.url} does not accept this key: pass --key with an agent's key.")
    except MnemoscopeError as error:
        return fail(f"The agent stopped: {error}")
    if asked.json:
        print(as_json(outcome, spans))
    else:
        print(as_text(outcome, spans, asked.url.rstrip("/")))
    if spans.lost:
        return fail(f"{spans.lost} spans were not accepted at {asked.url}/v1/traces.")
    return 0


def work(asked: argparse.Namespace) -> tuple[Outcome, CountingExporter]:
    case = read_case(CASE)
    conversation = f"{case.subject}-{uuid4().hex[:8]}"
    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": case.agent["name"], "service.version": case.agent["version"]}
        ),
        shutdown_on_exit=False,
    )
    client = MnemoscopeClient(asked.url, asked.key, tracer_provider=provider, capture_content=True)
    exporter = CountingExporter(
        OTLPSpanExporter(
            f"{asked.url.rstrip('/')}/v1/traces",
            headers={"authorization": f"Bearer {asked.key.strip()}"},
            compression=Compression.Gzip,
        )
    )
    clock = StoryClock()
    identity = {"gen_ai.conversation.id": conversation, "gen_ai.agent.name": case.agent["name"]}
    provider.add_span_processor(StoryTime(clock, BatchSpanProcessor(exporter), identity))
    player = CasePlayer(
        case,
        client=client,
        tracer=provider.get_tracer("support-agent", case.agent["version"]),
        clock=clock,
        conversation=conversation,
        pause=0.0 if asked.quick else PAUSE,
    )
    with client:
        try:
            player.play(after_session=provider.force_flush)
        except MnemoscopeError:
            # A server that is away would make the exporter, too, wait for it.
            exporter.shutdown()
            raise
        finally:
            provider.shutdown()
    return player.outcome, exporter


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="A support agent that works a recorded case and remembers through Mnemoscope."
    )
    parser.add_argument(
        "--url",
        default=os.environ.get("MNEMOSCOPE_URL", "http://127.0.0.1:8000"),
        help="address of the server (MNEMOSCOPE_URL; default: %(default)s)",
    )
    parser.add_argument(
        "--key",
        default=os.environ.get("MNEMOSCOPE_API_KEY", ""),
        # Not shown as a default: help is often pasted somewhere.
        help="an agent's key (MNEMOSCOPE_API_KEY); the variable does not show in a process list",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument(
        "--quick", action="store_true", help="do not pause between steps for someone who watches"
    )
    return parser.parse_args(arguments)


def fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
