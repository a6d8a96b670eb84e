from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from console.accounts.models import Invitation, Membership
from console.accounts.permissions import Permission, Role
from console.administration import (
    change_role,
    invite_member,
    remove_member,
    require_second_factor,
    withdraw_invitation,
)
from console.platform.errors import InvalidInputError, NotFoundError
from console.tenancy.models import Tenant
from console.web.forms.member import InviteForm, RoleForm, SecondFactorForm
from console.web.forms.problems import show_problems
from console.web.mail import mail_invitation
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.members import member_rows
from console.web.step_up import step_up

MOST_INVITATIONS = 100


@require_safe
def member_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.MEMBERS_READ)
    members = Membership.objects.select_related("user", "added_by")
    page = paginate(request, members, order=("id",))
    invitations = Invitation.objects.filter(ended_at__isnull=True).select_related("invited_by")
    context = {
        "page": page,
        "rows": member_rows(page.items),
        "invitations": list(invitations.order_by("-id")[:MOST_INVITATIONS]),
    }
    return render_page(request, "settings/members.html", context)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_invite(request: TenantRequest) -> HttpResponse:
    """Answers with the link itself, once: a redirect would have to keep it somewhere."""
    need(request, Permission.MEMBERS_MANAGE)
    form = InviteForm(request.POST or None, initial={"role": Role.REVIEWER})
    if form.is_valid():
        try:
            issued = invite_member(actor=request.actor, **form.cleaned_data)
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[issued.text]))
            mailed = mail_invitation(issued.invitation, link, by=request.actor.label)
            context = {"invitation": issued.invitation, "link": link, "mailed": mailed}
            return render_page(request, "settings/member_invited.html", context)
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/member_invite.html", {"form": form}, status=status)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def member_second_factor(request: TenantRequest) -> HttpResponse:
    need(request, Permission.MEMBERS_MANAGE)
    tenant = Tenant.objects.get(id=request.actor.tenant_id)
    # No role ticked is an empty form, and a form all the same.
    sent = request.POST if request.method == "POST" else None
    form = SecondFactorForm(sent, initial={"roles": tenant.second_factor_roles})
    if form.is_valid():
        roles = [Role(role) for role in form.cleaned_data["roles"]]
        require_second_factor(actor=request.actor, roles=roles)
        messages.success(request, "Changed. It holds from everybody's next click on.")
        return redirect("member-list")
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/second_factor.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_withdraw(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    need(request, Permission.MEMBERS_MANAGE)
    invitation = Invitation.objects.filter(id=invitation_id, ended_at__isnull=True).first()
    if invitation is None:
        raise NotFoundError(invitation_id, noun="invitation")
    if request.method != "POST":
        context = {"invitation": invitation}
        return render_page(request, "settings/invitation_withdraw.html", context)
    withdraw_invitation(actor=request.actor, invitation=invitation)
    messages.success(request, f"Withdrawn. The link for {invitation.email} opens nothing any more.")
    return redirect("member-list")


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def member_role(request: TenantRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    form = RoleForm(request.POST or None, initial={"role": member.role})
    if form.is_valid():
        try:
            change_role(
                actor=request.actor, membership=member, role=Role(form.cleaned_data["role"])
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Changed. It holds from their next request on.")
            return redirect("member-list" if member.user_id != request.actor.id else "overview")
    status = 422 if form.is_bound else 200
    context = {"form": form, "member": member}
    return render_page(request, "settings/member_role.html", context, status=status)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: TenantRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    if request.method != "POST":
        return render_page(request, "settings/member_remove.html", {"member": member})
    remove_member(actor=request.actor, membership=member)
    messages.success(request, f"Removed {member.user}. Their next request is refused.")
    return redirect("member-list" if member.user_id != request.actor.id else "overview")


def _member(request: TenantRequest, member_id: UUID) -> Membership:
    need(request, Permission.MEMBERS_MANAGE)
    member = Membership.objects.select_related("user").filter(id=member_id).first()
    if member is None:
        raise NotFoundError(member_id, noun="member")
    return member
