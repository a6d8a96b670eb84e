"""What is sent to people. Without a mail server nothing is, and pages show the link instead."""

from django.conf import settings
from django.core.mail import send_mail

from console.accounts.models import Invitation

INVITATION = """{by} invites you to Mnemoscope, where the memory of AI agents is governed.

Open this link within seven days. It works once, and only for {email}:

{link}
"""


def mail_invitation(invitation: Invitation, link: str, *, by: str) -> bool:
    """Whether it was sent. The link is shown to its maker either way: mail gets lost."""
    if not settings.MAILS:
        return False
    text = INVITATION.format(by=by, email=invitation.email, link=link)
    sent = send_mail(
        "Your invitation to Mnemoscope", text, None, [invitation.email], fail_silently=True
    )
    return bool(sent)
