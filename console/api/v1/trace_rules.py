"""Rules of spans over the API: what they mean, what goes, what tokens cost, and for how long."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.actions import set_trace_retention, set_trace_rules
from audit.models import TraceRetention, TraceRuleSet
from audit.rules.mapping import Mappings
from audit.rules.prices import Prices, shipped_prices
from audit.rules.redaction import Redaction
from audit.rules.retention import Retention
from audit.rules.setting import Rules
from console.accounts.permissions import Permission
from console.api.fields import TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.answers import as_json
from console.api.v1.base import TenantView
from console.api.v1.numbers import MAX_REASON, NumbersBody, SettingAnswer, shown_setting
from console.api.v1.queries import NoQuery
from console.api.v1.trace_rule_shapes import (
    RulesAnswer,
    RulesBody,
    TraceMappingAnswer,
    TraceMappingBody,
    TracePricesAnswer,
    TracePricesBody,
    TraceRedactionAnswer,
    TraceRedactionBody,
)

TAGS = ["settings"]
NEEDS = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}
WHOLE = (
    "For spans that arrive from then on, in every process within ten seconds. All rules of the"
    " kind: one left out is gone. `version` is the one you read; 409 if another is in force."
)
REFUSALS = problems(400, 409, 413, 415)


class RulesView(TenantView):
    needs = NEEDS
    rules: ClassVar[type[Rules]]
    body: ClassVar[type[RulesBody]]
    answer: ClassVar[type[RulesAnswer]]

    def read(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(self.shown(TraceRuleSet.in_force(self.rules.kind)))

    def set(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(self.body, request.data)
        stored = set_trace_rules(
            actor=self.actor,
            rules=self.body.made(asked),
            seen=asked["version"],
            reason=asked.get("reason", ""),
        )
        return Answer(self.shown(stored))

    def shown(self, stored: TraceRuleSet | None) -> dict[str, Any]:
        author = stored and {
            "kind": stored.set_by_kind,
            "id": stored.set_by_id,
            "label": stored.set_by_label,
        }
        values = {
            "version": stored.number if stored else 0,
            "set_at": stored and stored.set_at,
            "set_by": author,
            "reason": (stored and stored.reason) or None,
        }
        body = stored.body if stored else self.rules().as_json()
        return as_json(self.answer, values | body | self.more())

    def more(self) -> dict[str, Any]:
        return {}


class TraceMappingView(RulesView):
    rules, body, answer = Mappings, TraceMappingBody, TraceMappingAnswer

    @extend_schema(
        operation_id="trace_mapping_read",
        summary="What attributes of spans mean",
        tags=TAGS,
        responses={200: TraceMappingAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        return self.read(request)

    @extend_schema(
        operation_id="trace_mapping_set",
        summary="Say what attributes of spans mean",
        description=WHOLE + " Stored spans: POST /trace-replays.",
        tags=TAGS,
        request=TraceMappingBody,
        responses={200: TraceMappingAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request) -> Answer:
        return self.set(request)


class TraceRedactionView(RulesView):
    rules, body, answer = Redaction, TraceRedactionBody, TraceRedactionAnswer

    @extend_schema(
        operation_id="trace_redaction_read",
        summary="What is taken out of spans",
        tags=TAGS,
        responses={200: TraceRedactionAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        return self.read(request)

    @extend_schema(
        operation_id="trace_redaction_set",
        summary="Say what is taken out of spans",
        description=WHOLE + " What is stored already stays as it is.",
        tags=TAGS,
        request=TraceRedactionBody,
        responses={200: TraceRedactionAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request) -> Answer:
        return self.set(request)


class TracePricesView(RulesView):
    rules, body, answer = Prices, TracePricesBody, TracePricesAnswer

    @override
    def more(self) -> dict[str, Any]:
        shipped = shipped_prices()
        rows = [row.as_json() for row in shipped.rows]
        return {"list_prices": rows, "list_prices_of": shipped.as_of}

    @extend_schema(
        operation_id="trace_prices_read",
        summary="What tokens cost",
        tags=TAGS,
        responses={200: TracePricesAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        return self.read(request)

    @extend_schema(
        operation_id="trace_prices_set",
        summary="Say what tokens cost",
        description=WHOLE + " A cost that a span reports goes before. Stored spans: POST"
        " /trace-replays.",
        tags=TAGS,
        request=TracePricesBody,
        responses={200: TracePricesAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request) -> Answer:
        return self.set(request)


class RetentionDays(NumbersBody):
    """For how many days each part of a trace is kept; one left out has its default."""

    numbers = Retention


class TraceRetentionBody(StrictSerializer):
    days = RetentionDays()
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class TraceRetentionAnswer(SettingAnswer):
    numbers = Retention
    named = "days"


class TraceRetentionView(TenantView):
    needs = NEEDS

    @extend_schema(
        operation_id="trace_retention_read",
        summary="For how long traces are kept",
        tags=TAGS,
        responses={200: TraceRetentionAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_setting(TraceRetentionAnswer, TraceRetention.in_force()))

    @extend_schema(
        operation_id="trace_retention_set",
        summary="Change for how long traces are kept",
        description="From the next sweep on; what is past its days is deleted for good.",
        tags=TAGS,
        request=TraceRetentionBody,
        responses={200: TraceRetentionAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(TraceRetentionBody, request.data)
        setting = set_trace_retention(
            actor=self.actor, days=Retention(**asked["days"]), reason=asked.get("reason", "")
        )
        return Answer(shown_setting(TraceRetentionAnswer, setting))
