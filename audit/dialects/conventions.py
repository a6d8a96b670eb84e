"""Every convention, in the order in which they are believed."""

from audit.dialects.ag2 import AG2
from audit.dialects.agentops import AGENTOPS
from audit.dialects.any_agent import ANY_AGENT
from audit.dialects.claude_code import CLAUDE_CODE
from audit.dialects.genkit import GENKIT
from audit.dialects.google_adk import GOOGLE_ADK
from audit.dialects.laminar import LAMINAR
from audit.dialects.langfuse import LANGFUSE
from audit.dialects.langsmith import LANGSMITH
from audit.dialects.litellm import LITELLM
from audit.dialects.livekit import LIVEKIT
from audit.dialects.mastra import MASTRA
from audit.dialects.mcp import MCP
from audit.dialects.memory_semconv import MEMORY_SEMCONV
from audit.dialects.mlflow import MLFLOW
from audit.dialects.openinference import OPENINFERENCE
from audit.dialects.openlit import OPENLIT
from audit.dialects.openllmetry import OPENLLMETRY
from audit.dialects.otel_genai import OTEL_GENAI
from audit.dialects.pydantic_ai import PYDANTIC_AI
from audit.dialects.spring_ai import SPRING_AI
from audit.dialects.vector_database import VECTOR_DATABASE
from audit.dialects.vercel_ai import VERCEL_AI
from audit.dialects.voltagent import VOLTAGENT

DIALECTS = (
    OPENINFERENCE,
    OTEL_GENAI,
    MEMORY_SEMCONV,
    OPENLLMETRY,
    LANGSMITH,
    LANGFUSE,
    VERCEL_AI,
    CLAUDE_CODE,
    MLFLOW,
    AGENTOPS,
    OPENLIT,
    PYDANTIC_AI,
    GOOGLE_ADK,
    GENKIT,
    LIVEKIT,
    LAMINAR,
    AG2,
    ANY_AGENT,
    MASTRA,
    SPRING_AI,
    VOLTAGENT,
    LITELLM,
    MCP,
    VECTOR_DATABASE,
)
