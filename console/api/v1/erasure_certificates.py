"""The certificate of an erasure: what it says, and the note that the log's key signed."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from memory.desk.reading import request_for
from memory.erasure.certificate import certificate_of, told_by
from memory.models import Law


class CertifiedStep(Shape):
    name = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class CertifiedLog(Shape):
    checkpoint = serializers.IntegerField()
    size = serializers.IntegerField(help_text="How many events it covers.")
    root = serializers.CharField(help_text="Base64.")  # type: ignore[assignment]


class ErasureCertificateAnswer(Shape):
    """What the note says, field for field, and the note."""

    tenant = serializers.UUIDField()
    origin = serializers.CharField(help_text="The name of the log whose key signed it.")
    reference = serializers.CharField()
    request = serializers.UUIDField()
    subjects = serializers.ListField(
        child=serializers.UUIDField(), help_text="The person, by pseudonyms."
    )
    law = serializers.ChoiceField(choices=Law.choices)
    received_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.CharField(help_text="The member who agreed, by id.")
    started_at = serializers.DateTimeField(allow_null=True)
    issued_at = serializers.DateTimeField()
    held = serializers.DictField(
        child=serializers.IntegerField(), help_text="What was held before, by store."
    )
    residue = serializers.DictField(
        child=serializers.IntegerField(), help_text="Where was looked for what remains, and found."
    )
    steps = CertifiedStep(many=True)
    limits = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of what could not be done."
    )
    log = CertifiedLog(allow_null=True, help_text="The newest checkpoint when it was issued.")
    note = serializers.CharField(help_text="The C2SP signed note, to the letter.")


class ErasureCertificateView(TenantView):
    needs = {"GET": Permission.SUBJECT_READ}

    @extend_schema(
        operation_id="subject_requests_certificate",
        summary="Read the certificate of an erasure",
        description="`mnemoscope-verify` verifies its `note` in an evidence pack, and anybody can"
        " with the log's public key (docs/erasure.md). It names nobody.",
        tags=["subjects"],
        responses={200: ErasureCertificateAnswer, **problems(404, 409)},
    )
    def get(self, request: Request, request_id: str) -> Response:
        checked(NoQuery, request.query_params)
        found = request_for(self.actor, identifier(request_id, noun="request"))
        certificate = certificate_of(found)
        told = told_by(certificate) | {"note": certificate.note}
        return Response(as_json(ErasureCertificateAnswer, told))
