"""What the API takes and answers about rules of spans, each kind as a whole."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.rules.mapping import CONCEPTS, MAX_ATTRIBUTE, MAX_KINDS, Mappings
from audit.rules.mapping import MAX_RULES as MAX_MAPPINGS
from audit.rules.patterns import MAX_GLOB, MAX_PATTERN
from audit.rules.prices import MAX_ROWS, RATES, Price, Prices
from audit.rules.redaction import (
    CODES,
    MAX_GLOBS,
    MAX_NAME,
    MAX_RULES,
    Action,
    Redaction,
    RedactionRule,
)
from audit.rules.setting import Rules
from console.api.fields import (
    FlagField,
    NumberField,
    ObjectField,
    OneOfField,
    ShortListField,
    TextField,
    WholeNumberField,
)
from console.api.serializers import StrictSerializer
from console.api.v1.answers import Author, Shape
from console.api.v1.numbers import MAX_REASON

MAX_KINDS_BYTES = 20_000
MAX_MODEL = 2_000


class DayField(serializers.DateField):
    default_error_messages = {"invalid": "Send a day: 2026-11-21."}

    @override
    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str):
            self.fail("invalid")
        return super().to_internal_value(value)


class PriceField(NumberField):
    """A number in JSON, exact inside."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        return Decimal(repr(super().to_internal_value(data)))


class RulesBody(StrictSerializer):
    """All rules of the kind, in their order: what is left out is gone."""

    version = WholeNumberField(
        min_value=0, help_text="The version you read; 0 where nobody has set any. Else 409."
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)

    @classmethod
    def made(cls, asked: Mapping[str, Any]) -> Rules:
        raise NotImplementedError


class RulesAnswer(Shape):
    version = serializers.IntegerField(help_text="In force; 0: nobody has set any.")
    set_at = serializers.DateTimeField(allow_null=True)
    set_by = Author(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class MappingRuleBody(StrictSerializer):
    attribute = TextField(max_length=MAX_ATTRIBUTE)
    concept = OneOfField(
        required=False,
        allow_null=True,
        choices=[str(one) for one in CONCEPTS],
        help_text="What the attribute carries.",
    )
    kinds = ObjectField(
        required=False,
        max_bytes=MAX_KINDS_BYTES,
        help_text=f"Which values say what kind of step it is, at most {MAX_KINDS}: value to one of "
        + ", ".join(Op)
        + ".",
    )

    def validate_kinds(self, kinds: dict[str, Any]) -> dict[str, Op]:
        try:
            return {value: Op(op) for value, op in kinds.items()}
        except ValueError as error:
            detail = "Choose one of: " + ", ".join(Op) + "."
            raise serializers.ValidationError(detail, code="invalid_choice") from error


class TraceMappingBody(RulesBody):
    rules = ShortListField(child=MappingRuleBody(), max_length=MAX_MAPPINGS)

    @classmethod
    @override
    def made(cls, asked: Mapping[str, Any]) -> Mappings:
        return Mappings(
            tuple(
                Rule(
                    one["attribute"],
                    Concept(one["concept"]) if one.get("concept") else None,
                    one.get("kinds", {}),
                )
                for one in asked["rules"]
            )
        )


class TraceMappingRule(Shape):
    attribute = serializers.CharField()
    concept = serializers.CharField(allow_null=True)
    kinds = serializers.DictField(child=serializers.CharField())


class TraceMappingAnswer(RulesAnswer):
    rules = TraceMappingRule(many=True)


class RedactionRuleBody(StrictSerializer):
    name = TextField(max_length=MAX_NAME)
    attributes = ShortListField(
        child=TextField(max_length=MAX_GLOB),
        required=False,
        default=["*"],
        max_length=MAX_GLOBS,
        help_text="Names; * stands for anything. `span.name`, `status.message`, `event.name` too.",
    )
    pattern = TextField(
        required=False,
        default="",
        allow_blank=True,
        max_length=MAX_PATTERN,
        help_text="RE2: only what matches goes. Without one the whole value.",
    )
    action = OneOfField(choices=[str(one) for one in Action])


class TraceRedactionBody(RulesBody):
    rules = ShortListField(child=RedactionRuleBody(), max_length=MAX_RULES)
    off = ShortListField(
        child=OneOfField(choices=sorted(CODES)),
        required=False,
        default=[],
        max_length=len(CODES),
        help_text="Built-in rules that do not apply.",
    )

    @classmethod
    @override
    def made(cls, asked: Mapping[str, Any]) -> Redaction:
        rules = tuple(RedactionRule.from_json(one) for one in asked["rules"])
        return Redaction(rules, frozenset(asked["off"]))


class TraceRedactionRule(Shape):
    name = serializers.CharField()
    attributes = serializers.ListField(child=serializers.CharField())
    pattern = serializers.CharField(allow_blank=True)
    action = serializers.CharField()


class TraceRedactionAnswer(RulesAnswer):
    rules = TraceRedactionRule(many=True)
    off = serializers.ListField(child=serializers.CharField())


class PriceBody(StrictSerializer):
    model = TextField(max_length=MAX_MODEL, help_text="Globs, several with commas.")
    provider = TextField(required=False, default="*", max_length=MAX_MODEL)
    input = PriceField(help_text="US dollars per million tokens.")
    output = PriceField()
    cache_read = PriceField(required=False, allow_null=True, help_text="Input's by default.")
    cache_write = PriceField(required=False, allow_null=True, help_text="Input's by default.")
    valid_from = DayField(required=False, allow_null=True, help_text="UTC; always by default.")


class TracePricesBody(RulesBody):
    rows = ShortListField(child=PriceBody(), max_length=MAX_ROWS)
    shipped = FlagField(
        required=False, default=True, help_text="Whether the list prices that ship hold after them."
    )

    @classmethod
    @override
    def made(cls, asked: Mapping[str, Any]) -> Prices:
        rows = tuple(
            Price(
                model=one["model"],
                provider=one["provider"],
                valid_from=one.get("valid_from"),
                **{name: one.get(name) for name in RATES},
            )
            for one in asked["rows"]
        )
        return Prices(rows, asked["shipped"])


class TracePrice(Shape):
    model = serializers.CharField()
    provider = serializers.CharField()
    input = serializers.FloatField()
    output = serializers.FloatField()
    cache_read = serializers.FloatField(allow_null=True)
    cache_write = serializers.FloatField(allow_null=True)
    valid_from = serializers.CharField(allow_null=True)


class TracePricesAnswer(RulesAnswer):
    rows = TracePrice(many=True)
    shipped = serializers.BooleanField()
    list_prices = TracePrice(many=True, help_text="Those that ship.")
    list_prices_of = serializers.DateField(help_text="As of which day they are.")
