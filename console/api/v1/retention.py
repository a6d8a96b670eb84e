"""For how long everything is kept, over the API: simulated, confirmed, reported."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.pruning import Reason
from audit.rules.retention import LEAST_EVENT_DAYS, YEARS, Retention
from console.accounts.permissions import Permission
from console.api.fields import OneOfField, TextField, WholeNumberField
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.numbers import MAX_REASON
from console.api.v1.queries import NoQuery, PageQuery
from console.api.v1.trace_rules import RetentionDays
from memory.access import retention_report_for, visible_retention_reports
from memory.actions import confirm_retention, simulate_retention
from memory.models import Kind, ReportKind, RetentionReport, Tier
from memory.retention.rules import MAX_RULES, DataClass, MemoryRule, Rules, rules_in_force

TAGS = ["retention"]


class RetentionRuleBody(StrictSerializer):
    """What is left out is any. Days: one of the two at least."""

    kind = OneOfField(required=False, choices=Kind.choices)
    tier = OneOfField(required=False, choices=Tier.choices)
    data_class = OneOfField(required=False, choices=[one.value for one in DataClass])
    age_days = WholeNumberField(
        required=False, min_value=0, max_value=YEARS, help_text="It ends at this age."
    )
    keep_days = WholeNumberField(
        required=False, min_value=0, max_value=YEARS, help_text="Its words go so long after."
    )


class RetentionSimulationBody(StrictSerializer):
    """The whole document: what is left out has its default."""

    memories = serializers.ListField(
        child=RetentionRuleBody(), required=False, max_length=MAX_RULES, default=list
    )
    traces = RetentionDays(required=False)
    event_days = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=LEAST_EVENT_DAYS,
        max_value=YEARS,
        help_text="Audit events; null is for good.",
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class RetentionMemoryRule(Shape):
    kind = serializers.CharField(allow_blank=True)
    tier = serializers.CharField(allow_blank=True)
    data_class = serializers.CharField(allow_blank=True)
    age_days = serializers.IntegerField()
    keep_days = serializers.IntegerField()


class RetentionRulesAnswer(Shape):
    memories = RetentionMemoryRule(many=True)
    traces = serializers.DictField(child=serializers.IntegerField())
    event_days = serializers.IntegerField(allow_null=True, help_text="Null: for good.")


WHY_EVENTS_STAY = (
    "Why events whose time is up stay: a legal hold stands, a stream has yet to send them, nobody"
    " outside has a checkpoint that ends there, the database refused."
)


class RetentionLine(Shape):
    store = serializers.CharField()
    rule = serializers.CharField()
    data_class = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="That go, or went.")
    oldest = serializers.DateField(allow_null=True)
    held = serializers.IntegerField(help_text="That stay because of a legal hold.")
    next_at = serializers.DateField(allow_null=True, help_text="When more follow.")
    waiting = serializers.IntegerField(help_text="Events that stay for `reason`.")
    reason = serializers.ChoiceField(
        choices=[str(reason) for reason in Reason], allow_blank=True, help_text=WHY_EVENTS_STAY
    )


class RetentionReportAnswer(Shape):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    made_at = serializers.DateTimeField()
    made_by = Author()
    reason = serializers.CharField(allow_null=True)
    rules = RetentionRulesAnswer()
    lines = RetentionLine(many=True)


class RetentionView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ}

    @extend_schema(
        operation_id="retention_read",
        summary="For how long everything is kept",
        tags=TAGS,
        responses={200: RetentionRulesAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(as_json(RetentionRulesAnswer, rules_in_force().as_json()))


class RetentionReportsView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="retention_reports_list",
        summary="List what retention removed, and what was simulated",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(RetentionReportAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(PageQuery, request.query_params)
        reports = visible_retention_reports(self.actor)
        page = page_of(reports, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_report(report) for report in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="retention_simulate",
        summary="Simulate rules of retention",
        description="What would go, and what legal holds keep, by store and rule. Nothing changes"
        " until the report is confirmed.",
        tags=TAGS,
        request=RetentionSimulationBody,
        responses={201: RetentionReportAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(RetentionSimulationBody, request.data)
        rules = Rules(
            memories=tuple(MemoryRule(**rule) for rule in asked["memories"]),
            traces=Retention(**asked.get("traces", {})),
            event_days=asked.get("event_days"),
        )
        report = simulate_retention(actor=self.actor, rules=rules, reason=asked.get("reason", ""))
        return Answer(shown_report(report), 201)


class RetentionReportView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ}

    @extend_schema(
        operation_id="retention_report_read",
        summary="Read a report of retention",
        tags=TAGS,
        responses={200: RetentionReportAnswer, **problems(404)},
    )
    def get(self, request: Request, report_id: str) -> Response:
        checked(NoQuery, request.query_params)
        report = retention_report_for(self.actor, identifier(report_id, noun="report"))
        return Response(shown_report(report))


class RetentionConfirmView(TenantView):
    needs = {"POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="retention_confirm",
        summary="Put simulated rules into force",
        description="Within a day of the simulation, unless other rules came into force since."
        " The next sweep, within an hour, keeps to them; what it removes is gone for good.",
        tags=TAGS,
        request=None,
        responses={200: RetentionRulesAnswer, **problems(404, 409)},
    )
    @once
    def post(self, request: Request, report_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        report = retention_report_for(self.actor, identifier(report_id, noun="report"))
        confirm_retention(actor=self.actor, report=report)
        return Answer(as_json(RetentionRulesAnswer, rules_in_force().as_json()))


def shown_report(report: RetentionReport) -> dict[str, Any]:
    made_by = {
        "kind": report.made_by_kind,
        "id": report.made_by_id,
        "label": report.made_by_label,
    }
    values = {name: getattr(report, name) for name in ("id", "kind", "made_at", "rules", "lines")}
    return as_json(
        RetentionReportAnswer, values | {"made_by": made_by, "reason": report.reason or None}
    )
