"""An erasure carried out to its end, as a worker would, batch by batch."""

from console.tenancy.scope import tenant_scope
from memory.erasure.saga import advance, carry_out
from memory.models import ErasureStep, SubjectRequest


def carried_out(person, request):
    carry_out(actor=person.actor, request=request)
    return gone_on(request)


def gone_on(request):
    """Until nothing is left to do now; the request as it is then."""
    while advance(request.id, tenant_id=request.tenant_id):
        pass
    with tenant_scope(request.tenant_id):
        return SubjectRequest.objects.get(id=request.id)


def receipts_of(request):
    return {one.name: one for one in ErasureStep.objects.filter(request_id=request.id)}
