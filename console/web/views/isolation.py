from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.accounts.permissions import Permission
from console.web.forms.isolation import ProbeFilter
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from memory.models import IsolationProbe


@require_safe
def isolation_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    filters = ProbeFilter(request.GET)
    page = paginate(request, filters.apply(IsolationProbe.objects.all()), order=("-id",))
    return render_page(request, "isolation/list.html", {"filters": filters, "page": page})
