"""Under which names conventions keep messages, in each list the preferred first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """Messages of one direction. The first name holds messages, the others may hold anything.

    `families`: prefixes of numbered attributes. `within`: where objects keep their messages.
    """

    role: str
    names: tuple[str, ...]
    families: tuple[str, ...]
    within: tuple[str, ...]


INPUT = Side(
    role="user",
    names=(
        "gen_ai.input.messages",
        "ai.prompt.messages",
        "gcp.vertex.agent.llm_request",
        "llm.input_messages",
        "langfuse.observation.input",
        "gen_ai.prompt",
        "ai.prompt",
        "mlflow.spanInputs",
        "input.value",
        "traceloop.entity.input",
        "agentops.entity.input",
        "genkit:input",
        "lmnr.span.input",
        "lk.chat_ctx",
        "lk.user_input",
        "ai.value",
        "ai.values",
        "user_prompt",
        "gen_ai.task.input",
        "mastra.agent_run.input",
        "mastra.workflow_run.input",
        "langfuse.trace.input",
    ),
    families=("llm.input_messages.", "gen_ai.prompt.", "llm.prompts."),
    within=(
        "messages",
        "input_messages",
        "contents",
        "input",
        "prompt",
        "inputs",
        "chat_history",
    ),
)
OUTPUT = Side(
    role="assistant",
    names=(
        "gen_ai.output.messages",
        "gcp.vertex.agent.llm_response",
        "llm.output_messages",
        "langfuse.observation.output",
        "gen_ai.completion",
        "ai.response.object",
        "mlflow.spanOutputs",
        "output.value",
        "final_result",
        "traceloop.entity.output",
        "agentops.entity.output",
        "genkit:output",
        "lmnr.span.output",
        "lk.response.text",
        "gen_ai.task.output",
        "gen_ai.output",
        "mastra.agent_run.output",
        "mastra.workflow_run.output",
        "langfuse.trace.output",
    ),
    families=("llm.output_messages.", "gen_ai.completion.", "llm.choices."),
    within=(
        "choices",
        "candidates",
        "generations",
        "messages",
        "message",
        "output",
        "content",
        "outputs",
        "response",
    ),
)
SYSTEM = ("gen_ai.system_instructions", "lk.instructions", "ag2.system_message")
# Inputs that hold their instructions beside their messages.
WITH_SYSTEM = ("ai.prompt", "gcp.vertex.agent.llm_request", "input.value")
# The whole history in one list: its last answer is what came out.
HISTORIES = ("pydantic_ai.all_messages", "all_messages_events", "events")
ARGUMENTS = (
    "gen_ai.tool.call.arguments",
    "ai.toolCall.args",
    "gcp.vertex.agent.tool_call_args",
    "gen_ai.tool.args",
    "tool_arguments",
    "gen_ai.memory.query.text",
    "gen_ai.memory.search.query",
    "memory.query.text",
    "gen_ai.retrieval.query.text",
    "ag2.human_input.prompt",
    "lk.function_tool.arguments",
    "tool_input",
)
RESULTS = (
    "gen_ai.tool.call.result",
    "ai.toolCall.result",
    "gcp.vertex.agent.tool_response",
    "tool_response",
    "gen_ai.memory.records",
    "gen_ai.retrieval.documents",
    "ag2.human_input.response",
    "tool.result",
    "lk.function_tool.output",
    "mcp.response.value",
)
# What was found, spread over numbered attributes.
NUMBERED_RESULTS = ("retrieval.documents.", "mem0.memory.", "mem0.search.result.")
# The events of ≤1.36, one a message, and the one event of later versions that holds them all.
EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.content.prompt": "user",
}
EVENT_ANSWERS = {"gen_ai.choice": "assistant", "gen_ai.content.completion": "assistant"}
# Claude Code tells what a tool answered in an event.
TOOL_OUTPUT = "tool.output"
DETAILS = "gen_ai.client.inference.operation.details"
