from django import forms

from console.accounts.permissions import Role

WHAT_ROLES_MAY = (
    (Role.READER, "Reader: sees memories in force and runs"),
    (
        Role.AUDITOR,
        "Auditor: sees held memories and the audit trail too, and decides nothing",
    ),
    (Role.REVIEWER, "Reviewer: decides what agents may remember"),
    (Role.OWNER, "Owner: all of it, and members, keys, policies and settings"),
)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=WHAT_ROLES_MAY, widget=forms.RadioSelect)


class InviteForm(RoleForm):
    email = forms.EmailField(label="E-mail address")
    field_order = ("email", "role")


class SecondFactorForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label="Must have a second factor",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Personal keys of the API go on working: a key is not a sign-in.",
    )


class OpenAccountForm(forms.Form):
    """`password` is checked by the action, which knows whose it is."""

    name = forms.CharField(label="Your name", max_length=200)
    password = forms.CharField(
        label="Choose a password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. You can replace it by a passkey later.",
    )
