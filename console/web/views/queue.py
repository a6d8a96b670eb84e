from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import ConflictError, InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.queue import QueueForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.queue import gets_digest, queue_rows
from memory.actions import delete_queue, save_queue, subscribe_digest, unsubscribe_digest
from memory.reviews.queues import queue_for


@require_safe
def queue_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    context = {
        "rows": queue_rows(request.actor),
        "gets_digest": gets_digest(request.actor),
        "mails": settings.MAILS,
    }
    return render_page(request, "settings/queues.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def queue_create(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_MANAGE)
    return _form_page(request, QueueForm(None, request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
def queue_edit(request: TenantRequest, label: str) -> HttpResponse:
    need(request, Permission.SETTINGS_MANAGE)
    queue = queue_for(request.actor, label)
    return _form_page(request, QueueForm(queue, request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
def queue_delete(request: TenantRequest, label: str) -> HttpResponse:
    """Asks first."""
    need(request, Permission.SETTINGS_MANAGE)
    queue = queue_for(request.actor, label)
    problem = ""
    if request.method == "POST":
        try:
            delete_queue(actor=request.actor, queue=queue)
        except ConflictError as error:
            problem = error.detail
        else:
            messages.success(request, f"Deleted the queue {queue.label}.")
            return redirect("queue-list")
    context = {"queue": queue, "problem": problem}
    status = 409 if problem else 200
    return render_page(request, "settings/queue_delete.html", context, status=status)


@require_POST
def digest_choose(request: TenantRequest) -> HttpResponse:
    need(request, Permission.REVIEW_DECIDE)
    if request.POST.get("wanted") == "1":
        subscribe_digest(actor=request.actor)
        messages.success(request, "You get the digest once a day from now on.")
    else:
        unsubscribe_digest(actor=request.actor)
        messages.success(request, "You get no more digests.")
    return redirect("queue-list")


def _form_page(request: TenantRequest, form: QueueForm) -> HttpResponse:
    if form.is_valid():
        try:
            queue = save_queue(actor=request.actor, **form.asked())
        except InvalidInputError as error:
            show_problems(form, error)
        except ConflictError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, f"Saved, for what comes to {queue.label} from now on.")
            return redirect("queue-list")
    status = 422 if form.errors else 200
    return render_page(request, "settings/queue_edit.html", {"form": form}, status=status)
