"""Where people ask about what is held about them, without an account: one form per workspace.

Nothing here tells whether anything is held about somebody, or who they are to us: whatever is
asked, the answer is the same. A form that is not open answers as that of a workspace that does not
exist. Requests, wrong codes and copies are limited by address.
"""

from collections.abc import Callable
from functools import wraps

from allauth.core.ratelimit import consume
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from console.accounts.actor import Actor, system_actor
from console.accounts.authentication import actor_of_member
from console.accounts.key_text import HANDOVER_SCHEME, parse_key
from console.accounts.models import User
from console.accounts.permissions import Permission
from console.keys.subjects import known_subjects
from console.platform.errors import NotFoundError, WrongStateError
from console.tenancy.models import Tenant
from console.tenancy.scope import NOBODY, system_scope, tenant_scope
from console.web.forms.privacy import CodeForm, PrivacyForm
from console.web.forms.request import LIFT
from console.web.views.request import copy_of
from memory.desk import acknowledge_request, ask_identity, enter_code, receive_request, take_copy
from memory.desk.access import handover_of
from memory.desk.identity import is_on_record
from memory.desk.letters import can_mail, tell_on_commit
from memory.desk.setting import desk_in_force
from memory.models import CameBy, RequestKind, RequestStatus, SubjectRequest

FORM = "privacy form"
View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """Open to strangers, kept by nobody, found by no search engine."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: str, **kwargs: str) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(never_cache(require_http_methods(["GET", "HEAD", "POST"])(shown)))


@public
def privacy_form(request: HttpRequest, slug: str) -> HttpResponse:
    tenant, words = _open_form(slug)
    form = PrivacyForm(request.POST or None)
    context = {"tenant": tenant, "words": words, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "privacy/form.html", context, status=status)
    if not consume(request, action="privacy_form", key=slug):
        return render(request, "privacy/later.html", context, status=429)
    said = form.cleaned_data
    if said["website"]:
        reference = SubjectRequest.new_reference()  # a machine is told what a person is told
    else:
        with tenant_scope(tenant.id):
            reference = _receive(request, tenant, said)
    context |= {"reference": reference, "mails": can_mail()}
    return render(request, "privacy/received.html", context)


@public
def privacy_code(request: HttpRequest, slug: str) -> HttpResponse:
    tenant, words = _open_form(slug)
    form = CodeForm(request.POST or None, initial={"reference": request.GET.get("reference", "")})
    context = {"tenant": tenant, "words": words, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "privacy/code.html", context, status=status)
    if not consume(request, action="privacy_code", key=form.cleaned_data["reference"].upper()):
        return render(request, "privacy/later.html", context, status=429)
    with tenant_scope(tenant.id):
        right = _entered(tenant, **form.cleaned_data)
    if not right:
        form.add_error("code", "That is no code that works. Each works once, for two days.")
        return render(request, "privacy/code.html", context, status=422)
    return render(request, "privacy/thanks.html", context)


@public
def privacy_copy(request: HttpRequest, text: str) -> HttpResponseBase:
    """Opening the link takes nothing: programs that look into mail open links too."""
    key = parse_key(text, HANDOVER_SCHEME)
    if key is None or not consume(request, action="privacy_code", key=key.prefix):
        return _no_copy(request)
    try:
        with tenant_scope(key.tenant_id):
            handover = handover_of(key)
            if request.method != "POST":
                context = {"handover": handover, "tenant": Tenant.objects.get()}
                return render(request, "privacy/copy.html", context)
            found = take_copy(actor=system_actor(key.tenant_id, FORM), handover=handover)
            return copy_of(found)
    except NotFoundError:
        return _no_copy(request)


def _no_copy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/copy.html", {"is_gone": True}, status=404)


def _open_form(slug: str) -> tuple[Tenant, str]:
    """Raises Http404, the same whether there is no such workspace or its form is not open."""
    with system_scope():
        tenant = Tenant.objects.filter(slug=slug).first()
    # Nobody's is looked at too: by the time an answer takes, too, it tells of no workspace.
    with tenant_scope(tenant.id if tenant else NOBODY):
        desk = desk_in_force()
    if tenant is not None and desk.form_open:
        return tenant, desk.form_words
    raise Http404


def _receive(request: HttpRequest, tenant: Tenant, said: dict[str, str]) -> str:
    """The reference. What it is said they are also called links nothing: they say that."""
    actor = _taker(request, tenant)
    named = said["named"].strip()
    received = receive_request(
        actor=actor,
        kind=RequestKind.RESTRICTION if said["kind"] == LIFT else said["kind"],
        lifts=said["kind"] == LIFT,
        subject=known_subjects([named]).get(named),
        named=named,
        also_named=said["also_named"],
        asked_by="The person, by the public form",
        contact=said["contact"],
        wish=said["wish"],
        came_by=CameBy.FORM,
    )
    if can_mail():
        # One letter in any case, of a repetition too, so that not even their number tells whether
        # they are known.
        if received.is_open and is_on_record(received):
            issued = ask_identity(actor=actor, request=received, by_mail=True)
            tell_on_commit(issued.request, "code", said=issued.text)
        else:
            tell_on_commit(received, "acknowledged")
        if received.is_open:
            acknowledge_request(actor=actor, request=received, reason="mail")
    return received.reference


def _taker(request: HttpRequest, tenant: Tenant) -> Actor:
    """Nobody; but whoever is signed in here while they fill it in has it in their hands."""
    if isinstance(request.user, User):
        member = actor_of_member(request.user, tenant.id)
        if member is not None and member.may(Permission.ERASURE_MANAGE):
            return member
    return system_actor(tenant.id, FORM)


def _entered(tenant: Tenant, *, reference: str, code: str) -> bool:
    """Wrong, used up, too old and unheard of look alike."""
    found = SubjectRequest.objects.filter(reference__iexact=reference.strip()).first()
    if found is None:
        return False
    try:
        settled = enter_code(actor=system_actor(tenant.id, FORM), request=found, code=code)
    except WrongStateError:
        return False
    return settled.status == RequestStatus.READY
