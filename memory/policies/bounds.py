"""What is refused in a condition before it is compiled, because it could take long to run.

CEL itself has no loops but over what is there, and no host functions; the library bounds steps
(10,000), nesting (32), and its patterns are RE2, linear in the text. What is left is seen in the
tokens: strings that double (`map`), loops within loops, a loop over the whole text, patterns of
the writer's own.
"""

import re
from collections.abc import Sequence

MAX_LENGTH = 1_000
MAX_PATTERN = 200
MAX_PATTERNS = 4

# Comments and raw strings as CEL reads them, or a loop could hide in what looks like a string.
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)"""
    r"""|(?P<block>[rRbB]{0,2}(?:'''|\"\"\"))"""
    r"""|(?P<string>[rR](?:'[^'\n]*'|"[^"\n]*")|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<sign>[^\s\w])"""
)
LOOPS = {"all", "exists", "exists_one", "filter"}
NOT_IN_A_LOOP = LOOPS | {"content", "matches"}


class ConditionError(Exception):
    """A condition that does not hold water; `line` and `column` count from 1, 0 is unknown."""

    def __init__(self, detail: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(detail)
        self.detail = f"Line {line}, column {column}: {detail}" if line else detail
        self.line = line
        self.column = column


def refuse_unbounded(source: str) -> None:
    """Raises ConditionError on what could take long however it is compiled."""
    if not source.strip():
        raise ConditionError("Write a condition; `true` holds for every write.")
    if len(source) > MAX_LENGTH:
        raise ConditionError(f"At most {MAX_LENGTH} characters.")
    tokens = [token for token in TOKEN.finditer(source) if not token["comment"]]
    patterns, brackets = 0, [False]
    for index, token in enumerate(tokens):
        word, sign = token["word"], token["sign"]
        if sign == "(":
            brackets.append(index > 0 and tokens[index - 1]["word"] in LOOPS)
        elif sign == ")" and len(brackets) > 1:
            brackets.pop()
        patterns += word == "matches"
        problem = _problem(token, in_loop=any(brackets), patterns=patterns)
        if word == "matches" and not problem:
            problem = _pattern_problem(tokens[index + 1 : index + 4])
        if problem:
            line, column = _line_and_column(source, token.start())
            raise ConditionError(problem, line=line, column=column)


def _problem(token: re.Match[str], *, in_loop: bool, patterns: int) -> str:
    word = token["word"]
    if token["block"]:
        return "Write strings in single quotation marks."
    if word == "map":
        return "`map` is not available here."
    if in_loop and word in NOT_IN_A_LOOP:
        return f"`{word}` cannot be used within a loop."
    if in_loop and token["sign"] == "+":
        return "`+` cannot be used within a loop."
    if patterns > MAX_PATTERNS:
        return f"At most {MAX_PATTERNS} patterns."
    return ""


def _pattern_problem(following: Sequence[re.Match[str]]) -> str:
    """`following`: the three tokens after `matches`. A pattern of the writer's own is a bomb."""
    shape = [(token["sign"], bool(token["string"])) for token in following]
    if shape != [("(", False), (None, True), (")", False)]:
        return "`matches` takes one pattern in quotation marks."
    if len(following[1]["string"]) > MAX_PATTERN:
        return f"A pattern has at most {MAX_PATTERN} characters."
    return ""


def _line_and_column(source: str, offset: int) -> tuple[int, int]:
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
