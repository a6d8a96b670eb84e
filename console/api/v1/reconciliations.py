"""Whether every change has its event: what the comparisons of both found."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.completeness.comparing import Missing
from audit.models import Reconciliation
from console.accounts.permissions import Permission
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView
from console.api.v1.queries import PageQuery


class FindingAnswer(Shape):
    missing = serializers.ChoiceField(
        choices=[one.value for one in Missing],
        help_text="`event`: a row changed and no event tells of it. `change`: an event tells of a"
        " change and no row was changed. `once`: several events tell of one change.",
    )
    xid = serializers.IntegerField(help_text="The database's number of the transaction.")
    at = serializers.DateTimeField()
    object_kind = serializers.CharField()
    object_id = serializers.UUIDField(allow_null=True)
    table = serializers.CharField(help_text="Of the row, where the event is missing.")
    row = serializers.CharField()
    operation = serializers.CharField(help_text="I (inserted), U (updated) or D (deleted).")
    event = serializers.CharField(help_text="Of the event, where the change is missing.")
    kind = serializers.CharField()


class ReconciliationAnswer(Shape):
    id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    is_full = serializers.BooleanField(help_text="Of all that is kept, not since the one before.")
    rows = serializers.IntegerField(help_text="Changed rows that were looked at.")
    events = serializers.IntegerField(help_text="Events that were looked at.")
    untold = serializers.IntegerField()
    unmatched = serializers.IntegerField()
    doubled = serializers.IntegerField()
    findings = FindingAnswer(many=True, help_text="The first 200 of what does not match.")


class ReconciliationsView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_reconciliations_list",
        summary="List comparisons of changes with events",
        description="The newest first. One is made each hour; three zeros say that every change"
        " had its event and every event its change.",
        tags=["audit"],
        parameters=[PageQuery],
        responses={200: page_shape(ReconciliationAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(PageQuery, request.query_params)
        runs = Reconciliation.objects.all()
        page = page_of(runs, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [as_json(ReconciliationAnswer, vars(run)) for run in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})
