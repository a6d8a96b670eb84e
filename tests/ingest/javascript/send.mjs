// Sends an agent's turn of 1 + `count` spans: node send.mjs http|proto|grpc ADDRESS KEY none|gzip COUNT
import { SpanKind, SpanStatusCode, context, trace } from "@opentelemetry/api";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const [protocol, url, key, compression, count] = process.argv.slice(2);
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${protocol}`);
const authorization = `Bearer ${key}`;
const options = { url, compression };
if (protocol === "grpc") {
  const { Metadata } = await import("@grpc/grpc-js");
  options.metadata = Metadata.fromHttp2Headers({ authorization });
} else {
  options.headers = { authorization };
}
const exporter = new OTLPTraceExporter(options);
const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
const tracer = provider.getTracer("send.mjs");

const root = tracer.startSpan("invoke_agent clerk", {
  attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": `js-${protocol}-${compression}` },
});
const turn = trace.setSpan(context.active(), root);
for (let number = 0; number < Number(count); number++) {
  const attributes = { "gen_ai.operation.name": "execute_tool", number, half: number / 2, list: ["a", "\u{1f600}"] };
  const span = tracer.startSpan("execute_tool refund", { kind: SpanKind.CLIENT, attributes }, turn);
  if (number === 3) {
    span.recordException(new TypeError("no such order"));
    span.setStatus({ code: SpanStatusCode.ERROR, message: "no such order" });
  }
  span.end();
}
root.end();
await provider.shutdown();
