"""A real server and a real browser: people's whole ways through the product."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, StorageState, sync_playwright
from werkzeug.serving import make_server

from hkbio_gmp.jobs import find_job, run_job
from hkbio_gmp.kernel import clock
from tests import databases
from tests.journeys import world
from tests.seeds import Seeds, application

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
SignIn = Callable[..., Page]
Theme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def served(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """A served product in which two startups share a facility, and its address."""
    folder = tmp_path_factory.mktemp("journey")
    url = databases.fresh_sqlite(seeds.sqlite(world.build), folder)
    app = application(url, folder, HKBIO_NOW=world.NOW.isoformat())
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", app
    server.shutdown()
    thread.join()
    # the clock is the whole process's: the next module's tests must not inherit this one
    clock.fix_process(None)


@pytest.fixture(scope="module")
def site(served: tuple[str, Flask]) -> str:
    """The product's address."""
    return served[0]


@pytest.fixture
def job(served: tuple[str, Flask]) -> Callable[[str], object]:
    """Runs one scheduled job now: the served product has no scheduler of its own."""

    def run(name: str) -> object:
        found = find_job(name)
        assert found is not None
        return run_job(served[1], found)

    return run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def signed() -> dict[str, StorageState]:
    """Who has signed in with the password already, and what their browser kept of it."""
    return {}


@pytest.fixture
def sign_in(site: str, browser: Browser, signed: dict[str, StorageState]) -> Iterator[SignIn]:
    """Opens a window of its own in which a person has signed in, once in a module by the form."""
    opened = []

    def enter(
        email: str, *, width: int = 1440, scripts: bool = True, theme: Theme = "light"
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            storage_state=signed.get(email),
        )
        opened.append(context)
        page = context.new_page()
        if email in signed:
            page.goto("/")
            return page
        page.goto("/login")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(world.PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url(lambda address: "/login" not in address)
        signed[email] = context.storage_state()
        return page

    yield enter
    for context in opened:
        context.close()
