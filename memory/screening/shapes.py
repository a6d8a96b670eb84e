"""Instructions by their shape. A memory states something about the world; these give orders.

Reading is linear in the text: a shape is tried only where what it opens with stands, looks no
further than its own sentence, and at most `MAX_TRIES` times. The words of an opening of several
are joined by "_".
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from memory.screening.any_of import any_of
from memory.screening.evidence import Evidence
from memory.screening.folding import Folded

MAX_TRIES = 200
# Nobody opens so many sentences with words of command by chance; it would tire the screen.
TOO_MANY_WEIGHT = 0.4

# The rest of a sentence, no further than a person would still read it as one order.
_REST = r"[^.!?\n]{0,60}?"
_RULES = (
    r"\b(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|orders|commands?|"
    r"messages?|policies|restrictions|constraints|safeguards|programming|training|context|task)\b"
)
_FILLER = (
    r"(?: with| only| exactly| just| the| this| following| words?| phrase| sentence| string| text)"
)
_BEFORE = (
    r"\b(?:previous|prior|above|earlier|preceding|former|initial|original|existing|all|any|every|"
    r"your|other|system|safety|given)\b"
)
_BOTS = (
    "ai|llm|language model|assistant|chatgpt|chat gpt|gpt|claude|gemini|copilot|chatbot|chat bot"
)
_BOT = rf"(?:{_BOTS})(?:-\d)?"
_TO_BOTS = " ".join(
    f"to_{which}_{bot}{plural}".replace(" ", "_")
    for which in ("the", "any", "all")
    for bot in _BOTS.split("|")
    for plural in ("", "s")
)


@dataclass(frozen=True, slots=True)
class Shape:
    code: str
    weight: float
    detail: str
    openers: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(code: str, weight: float, detail: str, openers: str, *rest: str) -> Shape:
    return Shape(code, weight, detail, tuple(openers.split()), re.compile("".join(rest)))


SHAPES = (
    _shape(
        "instruction_override",
        0.8,
        "It tells the agent to set aside its instructions.",
        "ignore disregard forget override bypass skip neglect overlook drop cancel",
        rf"(?={_REST}{_BEFORE})(?={_REST}{_RULES})\w+{_REST}{_RULES}",
    ),
    _shape(
        "instruction_override",
        0.7,
        "It tells the agent to set aside its instructions.",
        "ignore disregard forget",
        r"\w+ (?:everything|anything|what(?:ever)?|all)\b" + _REST,
        r"\b(?:above|before|previously|earlier|told|said|so far|up to)\b",
    ),
    _shape(
        "instruction_override",
        0.6,
        "It tells the agent to set aside its instructions.",
        "ignore disregard forget override",
        r"\w+ (?:(?:all |any )?(?:of )?your (?:previous|prior|earlier|former) \w+|"
        r"(?:the |these |those |any |all )?instructions\b|"
        r"[^.!?\n]{1,60}\b(?:and|,) (?:then |just |instead |only )*(?:state|say|write|print|output|"
        r"report|respond|reply|answer|tell|conclude|repeat|recommend)\b)",
    ),
    _shape(
        "role_change",
        0.6,
        "It gives the agent another identity.",
        "you_are_now you_are_no you_are_going pretend act_as roleplay_as jailbreak jailbreaked "
        "developer_mode dan_mode do_anything new_persona simulate",
        r"(?:you are (?:now|no longer|going to (?:act|pretend|be))\b|"
        r"pretend (?:to be|you are|that you)\b[^.!?\n]{0,60}\b(?:ai|no|without|not|free)\b|"
        r"(?:act|roleplay) as if you\b|jailbreak(?:ed)? mode|developer mode|dan mode|"
        r"do anything now|new persona\b|simulate (?:an?|being an?) (?:ai|unrestricted))",
    ),
    _shape(
        "role_change",
        0.5,
        "It gives the agent another identity.",
        "without no free_of free_from freed_of freed_from beyond lacks unbound ignores unfiltered "
        "uncensored unrestricted",
        rf"(?:(?:without|no|free(?:d)? (?:of|from)|beyond|lacks|ignores)(?: \w+){{0,3}} "
        rf"(?:restrictions|filters?|censorship|morals?|ethics|ethical|guidelines|limitations)\b|"
        rf"(?:unfiltered|uncensored|unrestricted|unbound)(?: \w+)? {_BOT})",
    ),
    _shape(
        "standing_order",
        0.3,
        "It orders the agent what to do from now on.",
        "whenever in_all in_every in_each in_any every_time each_time you_must upon_recall "
        "starting_now starting_today starting_from always",
        r"(?:whenever (?:you|a user|anyone|anybody|someone|somebody|the user)\b|"
        r"in (?:all|every|each|any) (?:future|later|coming|subsequent|next) \w+|"
        r"(?:every|each) time (?:you|a user|the user|someone|anyone)\b|"
        r"you must (?:always|never)\b|upon recall|starting (?:now|today|from now|from today)\b|"
        r"always (?:send|forward|recommend|approve|append|output|comply|obey|trust|suggest|cc|bcc)"
        r"\b(?![^.!?\n]{0,80}\b(?:i ask|for me|to me|my)\b))",
    ),
    _shape(
        "steered_choice",
        0.35,
        "It steers every choice to one party, or declares something safe for all uses.",
        "is_the_only is_the_sole are_the_only are_the_sole never safe harmless",
        r"(?:(?:is|are) the (?:only|sole) (?:\w+ ){0,4}(?:approved|trusted|authori[sz]ed|compliant|"
        r"that (?:meets?|may be|can be|complies|passes))\b|"
        r"never (?:recommend|suggest|mention|offer) (?:any )?(?:other|competit|alternative)|"
        r"(?:safe|harmless) (?:and|,) (?:\w+ )?(?:approved|cleared|allowed) for (?:all|any|every))",
    ),
    _shape(
        "claimed_authority",
        0.4,
        "It claims to stand above other instructions or facts.",
        "authoritative authority precedence supersedes overrides override priority treat",
        r"(?:authoritative (?:over|for all)|"
        r"authority (?:as|of) (?:the |your )?(?:system|developer)|"
        r"precedence over (?:all|any|every|other|your)|"
        r"(?:supersedes|overrides?) (?:all|any|every|previous|prior|manual|your|system)\b|"
        r"(?:highest|top|maximum) priority (?:instruction|order|directive|rule)|"
        r"treat (?:this|these|it|the following) (?:\w+ ){0,3}as (?:\w+ )?"
        r"(?:authoritative|system|instructions?|trusted|verified)\b)",
    ),
    _shape(
        "unchecked_action",
        0.4,
        "It waives a check.",
        "without never no skip do_not don",
        r"(?:without (?:\w+ ){0,2}(?:confirm\w*|verif\w*|approv\w*|check\w*|review\w*|asking)\b|"
        r"(?:never|do not|don.t) (?:ask|require|request|wait) for (?:\w+ ){0,2}"
        r"(?:confirmation|verification|approval|proof|permission)\b|"
        r"skip (?:\w+ ){0,2}(?:verification|confirmation|validation|authentication|checks?)\b|"
        r"no (?:additional |further )?(?:verification|confirmation|approval|questions) "
        r"(?:is |are )?(?:needed|required|asked)\b)",
    ),
    _shape(
        "concealment",
        0.6,
        "It tells the agent to hide something from people.",
        "do_not don never without hide_this hide_it keep_this keep_it",
        r"(?:(?:do not|don.t|never) (?:tell|inform|mention|reveal|alert|notify|show|disclose)\b"
        r"[^.!?\n]{0,40}\b(?:user|customer|anyone|anybody|human|operator|reviewer|admin|"
        r"this (?:step|rule|note|message|instruction))|"
        r"without (?:telling|informing|notifying|alerting) (?:the |any)?\w+|"
        r"(?:hide|keep) (?:this|it) (?:secret )?from (?:the )?(?:user|customer|human|operator))",
    ),
    _shape(
        "secret_probe",
        0.6,
        "It asks for the agent's prompt, keys or credentials.",
        "reveal print show repeat output give tell display share list paste copy dump leak expose "
        "what state provide translate summarize summarise encode recite disclose continue output "
        "see complete write return describe include send",
        r"\w+[^.!?\n]{1,50}?\b(?:(?:your|the) (?:system|initial|hidden|original|secret|internal|"
        r"developer|full|exact|entire|base)[ _](?:\w+ )?(?:prompts?|instructions?|configuration|"
        r"messages?|rules)|your (?:instructions|configuration|prompt|system message|guidelines|"
        r"password|secret|api keys?|credentials)|"
        r"(?:the )?(?:api keys?|credentials|secret keys?)\b)",
    ),
    _shape(
        "exfiltration",
        0.6,
        "It asks for data to be sent somewhere.",
        "send forward post upload mail email exfiltrate transmit leak copy submit",
        r"\w+ (?=[^\n]{0,80}?\b(?:all|every|any|each|entire|full|contents?|history|data|"
        r"conversations?|records?|details|credentials?|passwords?|keys?|tokens?|secrets?|lists?|inbox|prompt)\b)"
        r"[^\n]{0,120}?(?:https?://|www\.|\b[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}|\bwebhooks?\b|"
        r"\b[\w-]{1,40}\.[a-z]{2,12}/)",
    ),
    _shape(
        "addressed_to_agent",
        0.4,
        "It speaks to the agent, not about the world.",
        "if_you_are note message notice memo dear hello hi hey attention listen " + _TO_BOTS,
        rf"(?:if you are (?:an? |the )?{_BOT}\b|"
        rf"(?:note|message|notice|memo) (?:to|for) (?:(?:the|any|all) )?(?:future )?{_BOT}\b|"
        rf"to (?:the|any|all) {_BOT}s? (?:reading|processing)|"
        rf"(?:dear|hello|hi|hey|attention|listen),? {_BOT}\b|"
        rf"(?:message|note) from [^.!?\n]{{1,40}}\bto you\b)",
    ),
    _shape(
        "dictated_reply",
        0.35,
        "It dictates what the agent replies.",
        "say print output respond reply write state include repeat return answer insert begin end "
        "add append put start",
        r"\w+ [^.!?\n]{0,100}?\b(?:(?:in|to|of|at the (?:end|start|beginning) of) "
        r"your (?:next |first |final |every )?(?:response|reply|answer|output|message)s?\b|"
        r"and nothing (?:else|more)\b|"
        r"(?:just|only) (?:say|print|output|write)\b)",
    ),
    _shape(
        "dictated_reply",
        0.4,
        "It dictates what the agent replies.",
        "say print output respond reply write state repeat return just only",
        r"(?:(?:just|only) (?:say|print|output|write|reply|respond)|"
        # By themselves the latter are words of programs: `return "…"`, `state: "…"`.
        rf"(?:(?:say|respond|reply|write|repeat){_FILLER}{{0,6}}|"
        rf"(?:print|output|state|return){_FILLER}{{1,6}})"
        r"):? ?[\"'\u201c\u2018][^\"\n]{3,}",
    ),
    _shape(
        "test_pretext",
        0.4,
        "It claims a test, debugging or maintenance as a reason.",
        "for_test for_testing for_debug for_debugging for_diagnostic for_diagnostics for_audit "
        "for_auditing debug_mode debugging_mode developer_mode maintenance_mode diagnostic_mode "
        "admin_mode administrator_mode god_mode test_mode testing_mode enable enter activate "
        "switch",
        r"(?:for (?:test(?:ing)?|debug(?:ging)?|diagnostics?|audit(?:ing)?) purposes? only|"
        r"(?:debug|debugging|developer|maintenance|diagnostic|admin|administrator|god|test|testing)"
        r" mode(?: is)?(?: now)? (?:on|enabled|active|activated|engaged)\b|"
        r"(?:enable|enter|activate|switch to) (?:\w+ )?(?:debug|developer|maintenance|admin|god"
        r"|unrestricted|experimental) (?:mode|features)\b)",
    ),
)

# By the first word of an opening: the shapes that open so, and what follows the word in them.
_OPENED_BY: dict[str, list[int]] = defaultdict(list)
_FOLLOWED_BY: dict[str, set[str]] = defaultdict(set)
for _index, _each in enumerate(SHAPES):
    for _opener in _each.openers:
        _first, _, _rest_of_it = _opener.partition("_")
        _FOLLOWED_BY[_first].add(_rest_of_it.replace("_", " "))
        if _index not in _OPENED_BY[_first]:
            _OPENED_BY[_first].append(_index)
_END = r"(?![^\W_])"
_OPENING = re.compile(
    r"(?<![^\W_])"
    + any_of(
        {
            first: _END if "" in rests else f"(?= {any_of(dict.fromkeys(rests, _END))})"
            for first, rests in _FOLLOWED_BY.items()
        }
    )
)


def shapes_in(folded: Folded) -> Iterator[Evidence]:
    """The first place of each shape in the text."""
    text = folded.text
    open_shapes = set(range(len(SHAPES)))
    tries = [0] * len(SHAPES)
    for word in _OPENING.finditer(text):
        for index in _OPENED_BY[word.group()]:
            if index not in open_shapes:
                continue
            shape = SHAPES[index]
            match = shape.pattern.match(text, word.start())
            tries[index] += 1
            if match is not None:
                open_shapes.discard(index)
                yield Evidence(
                    shape.code, shape.weight, shape.detail, *folded.written(*match.span())
                )
            elif tries[index] == MAX_TRIES:
                open_shapes.discard(index)
                yield Evidence(
                    "screen_exhausted",
                    TOO_MANY_WEIGHT,
                    "It repeats words of command more often than is screened.",
                    *folded.written(word.start(), word.end()),
                )
