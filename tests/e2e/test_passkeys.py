"""A passkey, from making it to signing in with it, by Chromium's virtual authenticator."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def plug_in(page: Page) -> None:
    """A device with a screen lock that its owner opens each time."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_carol_makes_a_passkey_signs_out_and_in_with_it(desks, sit):
    carol = sit(by_name=True)
    plug_in(carol)
    carol.goto("/account/")
    desks.sign_in(carol, "reader")
    carol.get_by_role("link", name="Add a passkey").click()
    carol.get_by_label("Name").fill("Work laptop")
    carol.get_by_role("button", name="Add the passkey").click()
    expect(carol.get_by_role("heading", name="Recovery codes", level=1)).to_be_visible()
    carol.get_by_role("link", name="Done").click()
    expect(carol.get_by_role("paragraph").filter(has_text="Work laptop")).to_be_visible()
    carol.locator(".account summary").click()
    carol.get_by_role("button", name="Sign out", exact=True).click()
    carol.goto("/runs/")
    carol.get_by_role("button", name="Sign in with a passkey").click()
    expect(carol.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    # It is the second factor too: the password alone no longer signs in.
    carol.context.clear_cookies()
    carol.goto("/account/")
    desks.sign_in(carol, "reader")
    expect(carol.get_by_role("heading", name="One more step")).to_be_visible()
    carol.get_by_role("button", name="Use your passkey").click()
    expect(carol.get_by_role("heading", name="Account", level=1)).to_be_visible()
    carol.get_by_role("link", name="Remove Work laptop").click()
    carol.get_by_role("button", name="Remove it").click()
    expect(carol.get_by_text(re.compile("^None yet"))).to_be_visible()


def test_a_bare_address_says_why_there_is_no_passkey(sit):
    stranger = sit()
    plug_in(stranger)
    stranger.goto("/accounts/login/")
    stranger.get_by_role("button", name="Sign in with a passkey").click()
    expect(stranger.get_by_role("alert")).to_contain_text("only where an address has a name")
