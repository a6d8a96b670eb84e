from django.http import HttpResponse
from django.views.decorators.http import require_safe

from audit.kinds import KINDS
from audit.models import AuditEvent
from console.accounts.permissions import Permission
from console.web.forms.audit import AuditFilter
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page


@require_safe
def audit_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    filters = AuditFilter(request.GET)
    page = paginate(request, filters.apply(AuditEvent.objects.all()), order=("-id",))
    context = {"filters": filters, "page": page, "meanings": KINDS}
    return render_page(request, "audit/list.html", context, fragment="results")
