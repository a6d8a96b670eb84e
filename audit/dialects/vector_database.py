"""Calls of vector databases: retrievals, whose store a tenant may map to a memory.

OpenTelemetry's `db.*`, old names and new. https://opentelemetry.io/docs/specs/semconv/database
"""

from audit.dialects.dialect import Concept, Dialect, Op

SYSTEMS = dict.fromkeys(
    (
        "pinecone",
        "chroma",
        "chromadb",
        "qdrant",
        "milvus",
        "weaviate",
        "lancedb",
        "marqo",
        "astra",
        "vespa",
        "turbopuffer",
        "faiss",
        "pgvector",
    ),
    Op.RETRIEVAL,
)

VECTOR_DATABASE = Dialect(
    name="vector_database",
    kinds={"db.system": SYSTEMS, "db.system.name": SYSTEMS},
    hints={"db.vector.query.top_k": Op.RETRIEVAL},
    concepts={
        Concept.VERB: ("db.operation.name", "db.operation"),
        Concept.MEMORY_STORE: ("db.collection.name", "db.namespace", "db.index.name"),
        Concept.MEMORY_RECORD: ("db.record.id",),
        Concept.MEMORY_COUNT: ("db.response.returned_rows",),
    },
)
