"""People at browsers. What their browser complains of is kept, and fails their test."""

import time
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    StorageState,
)

from tests.instance import Instance

# As root in a container, and with nothing that Chromium does on its own account.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
FRESH_SECONDS = 120


class Desks:
    """Opens a browser window for each person, signed in once per role."""

    def __init__(self, browser: Browser, instance: Instance) -> None:
        self._browser = browser
        self._instance = instance
        self._sessions: dict[str, tuple[float, StorageState]] = {}
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def sit(
        self,
        role: str | None = None,
        *,
        theme: str = "light",
        width: int = 1440,
        scripts: bool = True,
        by_name: bool = False,
    ) -> Page:
        """`by_name` comes to `localhost` instead of a bare address: passkeys need a name."""
        url = self._instance.url
        return self._window(
            base_url=url.replace("127.0.0.1", "localhost") if by_name else url,
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            storage_state=self._session_of(role) if role else None,
        )

    def sign_in(self, page: Page, role: str) -> None:
        """On the sign-in page, which leads on to where the person wanted to go."""
        email, password = self.credentials(role)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()

    def credentials(self, role: str) -> tuple[str, str]:
        user = next(one for one in self._instance.demo["users"] if one["role"] == role)
        return user["email"], user["password"]

    def clear(self) -> list[str]:
        """Closes every window, and tells what was complained of in them."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        complaints, self._complaints = self._complaints, []
        return complaints

    def _session_of(self, role: str) -> StorageState:
        """Of a sign-in so fresh that no page asks again who it is."""
        since, session = self._sessions.get(role, (-FRESH_SECONDS, None))
        if session is None or time.monotonic() - since > FRESH_SECONDS:
            session = self._signed_in(role)
            self._sessions[role] = (time.monotonic(), session)
        return session

    def _signed_in(self, role: str) -> StorageState:
        page = self._window()
        page.goto("/")
        self.sign_in(page, role)
        page.get_by_role("heading", name="Overview", level=1).wait_for()
        return page.context.storage_state()

    def _window(self, **options: Any) -> Page:
        options = {"base_url": self._instance.url, **options}
        context = self._browser.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        pages: set[str] = set()  # a page that is meant to be refused is no complaint; a style is

        def on_response(response: Response) -> None:
            if response.request.is_navigation_request():
                pages.add(response.url)
            if response.status >= 500:
                self._complaints.append(f"{response.status} at {response.url}")

        def on_console(line: ConsoleMessage) -> None:
            refused_page = line.text.startswith("Failed to load") and line.location["url"] in pages
            if line.type in {"error", "warning"} and not refused_page:
                self._complaints.append(f"{line.type} at {page.url}: {line.text}")

        def on_request(request: Request) -> None:
            if not request.url.startswith((f"{options['base_url']}/", "data:", "blob:")):
                self._complaints.append(f"asked {request.url} from {page.url}")

        page.on("response", on_response)
        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: self._complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: self._complaints.append(f"dialog: {dialog.message}"))
        return page
