"""MLflow Tracing. https://mlflow.org/docs/latest/genai/tracing (`SpanAttributeKey`, `SpanType`)

It writes every attribute as JSON, and exports that as a string: quotes within quotes.
"""

from audit.dialects.dialect import Concept, Dialect, Op

MLFLOW = Dialect(
    name="mlflow",
    kinds={
        "mlflow.spanType": {
            "LLM": Op.MODEL,
            "CHAT_MODEL": Op.MODEL,
            "EMBEDDING": Op.EMBEDDING,
            "TOOL": Op.TOOL,
            "RETRIEVER": Op.RETRIEVAL,
            "RERANKER": Op.RETRIEVAL,
            "AGENT": Op.AGENT,
            "CHAIN": Op.WORKFLOW,
            "WORKFLOW": Op.WORKFLOW,
            "TASK": Op.WORKFLOW,
            "PARSER": Op.WORKFLOW,
            "MEMORY": Op.MEMORY_READ,
            "GUARDRAIL": Op.OTHER,
            "EVALUATOR": Op.OTHER,
            "UNKNOWN": Op.OTHER,
        },
    },
    verbs=True,
    concepts={
        Concept.SESSION: ("mlflow.trace.session",),
        Concept.SUBJECT: ("mlflow.trace.user",),
        Concept.MODEL: ("mlflow.llm.model",),
        Concept.PROVIDER: ("mlflow.llm.provider",),
        Concept.USAGE: ("mlflow.chat.tokenUsage",),
        Concept.COSTS: ("mlflow.llm.cost",),
        Concept.ENTITY: ("mlflow.spanFunctionName",),
        Concept.ARGUMENTS: ("mlflow.spanInputs",),
        Concept.RESULT: ("mlflow.spanOutputs",),
    },
)
