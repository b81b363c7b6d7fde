"""The main job as a person does it, in Chromium."""

import os
import re
import secrets
from collections.abc import Iterator

import pytest
from harness.machine import chromium
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright
from todoku_local import Stack

pytestmark = pytest.mark.browser
SHOWN_MS = 15_000
RINGS_MS = 90_000
PASSWORD = "correct horse battery"  # of an account that exists for a test's time only
RENT = "add pay rent on the 1st of every month at 9am, remind me 1 hour before"


@pytest.fixture(scope="module")
def browser_program() -> str:
    found = chromium()
    assert found, "no Chromium on this machine"
    return found


@pytest.fixture
def context(browser_program: str) -> Iterator[BrowserContext]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program, args=sandbox)
        made = browser.new_context(timezone_id="Asia/Karachi", locale="en-GB")
        made.set_default_timeout(SHOWN_MS)
        yield made
        made.close()
        browser.close()


@pytest.fixture
def page(stack: Stack, context: BrowserContext) -> Iterator[Page]:
    """Signed up, on the one page; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(stack.web_url)
    expect(opened).to_have_url(re.compile("/sign-(in|up)"))
    opened.goto(f"{stack.web_url}/sign-up")
    opened.get_by_label("Name").fill("Amna")
    opened.get_by_label("Email").fill(f"amna.{secrets.token_hex(4)}@example.test")
    opened.get_by_label("Password").fill(PASSWORD)
    opened.get_by_role("button", name="Create account").click()
    expect(opened.get_by_label("Message")).to_be_visible(timeout=SHOWN_MS)
    expect(opened.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)
    yield opened
    assert complaints == []


def say(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    send = page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_enabled(timeout=SHOWN_MS)  # not while a reply is still coming
    page.get_by_label("Message").press("Enter")


def row(page: Page, title: str) -> Locator:
    """The task's checkbox on the board."""
    return page.get_by_role("checkbox", name=re.compile(f"^{title}$", re.IGNORECASE))


def test_a_sentence_becomes_a_task_that_comes_again(page: Page) -> None:
    say(page, RENT)
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation.get_by_text(re.compile("pay rent", re.IGNORECASE)).last).to_be_visible()
    expect(row(page, "pay rent")).to_be_visible(timeout=SHOWN_MS)
    expect(page.get_by_text("Repeats", exact=True)).to_have_count(1)
    expect(page.get_by_text("Has a reminder", exact=True)).to_have_count(1)
    first = page.get_by_label(re.compile(r"^Task \d+$")).inner_text()

    say(page, "done with pay rent")
    number = page.get_by_label(re.compile(r"^Task \d+$"))
    expect(number).not_to_have_text(first, timeout=SHOWN_MS)
    expect(number).to_have_count(1)
    expect(row(page, "pay rent")).not_to_be_checked()


def test_a_reminder_rings_on_the_page(page: Page) -> None:
    say(page, "remind me to stretch in 1 minute")
    expect(row(page, "stretch")).to_be_visible(timeout=SHOWN_MS)
    expect(page.get_by_role("region", name="Browser notifications")).to_be_visible()
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible(
        timeout=RINGS_MS
    )
    page.get_by_role("button", name="Notifications, 1 unread").click()
    expect(page.get_by_role("button", name=re.compile("Mark .*stretch.* as read"))).to_be_visible()


def test_deleting_in_the_chat_asks_first(page: Page) -> None:
    say(page, "add buy milk")
    expect(row(page, "buy milk")).to_be_visible(timeout=SHOWN_MS)
    say(page, "delete buy milk")
    conversation = page.get_by_role("region", name="Conversation")
    refuse = conversation.get_by_role("button", name=re.compile("cancel|keep|no", re.IGNORECASE))
    expect(refuse).to_be_visible()
    refuse.click()
    expect(row(page, "buy milk")).to_be_visible()
    say(page, "delete buy milk")
    conversation.get_by_role(
        "button", name=re.compile("delete|confirm|yes", re.IGNORECASE)
    ).last.click()
    expect(row(page, "buy milk")).to_have_count(0, timeout=SHOWN_MS)


def test_two_pages_of_one_person_show_the_same(page: Page, context: BrowserContext) -> None:
    second = context.new_page()
    second.goto(page.url)
    expect(second.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)
    page.get_by_label("Add a task").fill("Water the plants")
    page.get_by_label("Add a task").press("Enter")
    expect(row(second, "Water the plants")).to_be_visible(timeout=SHOWN_MS)
    row(second, "Water the plants").check()
    expect(row(page, "Water the plants")).to_have_count(0, timeout=SHOWN_MS)


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_label("Add a task").focus()
    page.keyboard.type("Call home")
    page.keyboard.press("Enter")
    expect(row(page, "Call home")).to_be_visible(timeout=SHOWN_MS)
    row(page, "Call home").focus()
    page.keyboard.press("Space")
    expect(row(page, "Call home")).to_have_count(0, timeout=SHOWN_MS)


def test_a_conversation_is_there_after_a_reload_and_a_restart(page: Page, stack: Stack) -> None:
    say(page, "add feed the cat")
    expect(row(page, "feed the cat")).to_be_visible(timeout=SHOWN_MS)
    stack.process("chat-agent").crash()
    stack.process("chat-agent").wait_ready(60)
    page.reload()
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation.get_by_text("add feed the cat")).to_be_visible(timeout=SHOWN_MS)
    expect(row(page, "feed the cat")).to_be_visible()


def test_signing_out_ends_it(page: Page, stack: Stack) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"), timeout=SHOWN_MS)
    page.goto(stack.web_url)
    expect(page).to_have_url(re.compile("/sign-(in|up)"), timeout=SHOWN_MS)
