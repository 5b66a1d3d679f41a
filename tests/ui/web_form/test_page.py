"""The page of a web form, as strangers and the web sites around it meet it; and the list of forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine.messages import forms
from customary.engine.messages.forms import stamps
from customary.engine.messages.outbox import letters
from customary.engine.workspace import Workspace

FORM = """
web_form: framed
label: {en: Framed, zh: 嵌入, el: Σε πλαίσιο}
entity: lead
fields: {name: {required: true}, source: {hidden: true}, city: {}}
help: 'Read [this](https://www.example.com/terms), <b>now</b>.'
consent: I agree
embed: [https://www.example.com, 'https://shop.example.com:8443']
thanks: {to: https://www.example.com/thanks}
---
web_form: confirmed
label: Confirmed
entity: lead
fields: {name: {}, email: {required: true}}
double_opt_in: true
spam: false
"""
SENT = {"name": "Zoe", "email": "zoe@example.com", "notes": "Hello", "_consent": "true"}


@pytest.fixture
def stranger(workspace: Workspace, app_of: Callable, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Nobody signed in, and quick."""
    monkeypatch.setattr(stamps, "QUICKEST", timedelta(0))
    with TestClient(app_of(workspace)) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def framed(workspace: Workspace, stranger: TestClient) -> TestClient:
    settings = workspace.directory / "customary.yaml"
    settings.write_text(settings.read_text("utf-8") + "web_address: https://crm.example.com\n", "utf-8")
    (workspace.directory / "schemas" / "forms.yaml").write_text(FORM, "utf-8")
    workspace.apply(by="test")
    return stranger


def stamp_in(page: str) -> str:
    return re.search(r'name="_stamp" value="([^"]+)"', page)[1]


def send(client: TestClient, path: str, data: dict[str, str], page: str = "") -> Any:
    """Looks at the form, unless that was done, and sends it."""
    return client.post(path, data={"_stamp": stamp_in(page or client.get(path).text), **data})


def test_a_stranger_sends_the_form_with_neither_cookies_nor_scripts(stranger: TestClient, first: Callable) -> None:
    page = stranger.get("/forms/contact_us", headers={"Accept-Language": "el"})
    assert "<script" not in page.text and "set-cookie" not in page.headers
    assert 'lang="el"' in page.text and "Το μήνυμά σας" in page.text and 'autocomplete="organization"' in page.text
    answer = send(stranger, "/forms/contact_us", SENT, page.text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/forms/contact_us/thanks")
    assert "Thank you!" in stranger.get(answer.headers["location"]).text
    lead = first("lead", 'email == "zoe@example.com"')
    assert (lead.values["source"], lead.values["notes"], lead.values["language"]) == ("website", "Hello", "en")


def test_all_that_is_wrong_is_shown_at_once_in_the_language_asked_for_and_what_was_typed_is_kept(
    stranger: TestClient,
) -> None:
    data = {"name": "Ζωή <b>", "email": "zoe@", "phone": "abc"}
    answer = send(stranger, "/forms/contact_us?language=zh", data)
    assert (answer.status_code, 'action="/forms/contact_us?language=zh"' in answer.text) == (422, True)
    wrong = re.findall(r'<li><a href="#([^"]+)">', answer.text)
    assert wrong == ["f-email", "f-phone", "f-notes", "consent"]
    assert 'value="Ζωή &lt;b&gt;"' in answer.text and 'value="zoe@"' in answer.text and "需要您的同意" in answer.text
    told = re.search(r'id="f-email-problem">.*?<span>(.*?)</span>', answer.text)[1]
    assert told.startswith("邮箱")


def test_traps_lose_nothing_that_was_typed(
    stranger: TestClient, monkeypatch: pytest.MonkeyPatch, inside: Callable
) -> None:
    trapped = send(stranger, "/forms/contact_us", {**SENT, "_more": "https://spam.example.com"})
    assert (trapped.status_code, 'value="Zoe"' in trapped.text, "spam" in trapped.text) == (422, True, False)
    assert stranger.post("/forms/contact_us", data=SENT).status_code == 422
    page = stranger.get("/forms/contact_us").text
    monkeypatch.setattr(stamps, "QUICKEST", timedelta(minutes=1))
    quick = send(stranger, "/forms/contact_us", SENT, page)
    assert (quick.status_code, stamp_in(quick.text), " checked" in quick.text) == (422, stamp_in(page), True)
    monkeypatch.setattr(stamps, "QUICKEST", timedelta(0))
    assert [send(stranger, "/forms/contact_us", SENT, page).status_code for _ in range(2)] == [303, 303]
    assert inside(lambda work: forms.figures(work.connection, work.now))["contact_us"].taken == 1


def test_only_the_sites_that_are_named_may_show_a_form_and_lead_on_from_it(framed: TestClient) -> None:
    page = framed.get("/forms/framed?source=fair&name=Zoe&city=Athens&owner=x")
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors https://www.example.com https://shop.example.com:8443" in policy
    assert "form-action 'self' https://www.example.com;" in policy and "script-src 'self'" in policy
    assert "x-frame-options" not in page.headers
    assert 'rel="noopener"' in page.text and "<b>now" not in page.text
    assert '<input type="hidden" name="source"' not in page.text  # fair is no source that there is
    answer = send(framed, "/forms/framed", {"name": "Zoe", "_consent": "true", "owner": "x"})
    assert answer.headers["location"] == "https://www.example.com/thanks"
    for closed in ("/forms/contact_us", "/sign-in", "/forms/nothing"):
        answer = framed.get(closed)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], closed
        assert answer.headers["x-frame-options"] == "DENY", closed


def test_what_the_address_fills_in_stands_in_the_form(framed: TestClient, first: Callable) -> None:
    page = framed.get("/forms/framed?source=event&name=Zoe").text
    assert '<input type="hidden" name="source" value="event">' in page and 'value="Zoe"' in page
    send(framed, "/forms/framed", {"name": "Zoe", "source": "event", "_consent": "true"})
    assert first("lead", 'name == "Zoe"').values["source"] == "event"


def test_a_link_in_a_mail_confirms_what_was_sent_once(framed: TestClient, inside: Callable, first: Callable) -> None:
    answer = send(framed, "/forms/confirmed", {"name": "Zoe", "email": "zoe@example.com"})
    assert "Look into your mail" in framed.get(answer.headers["location"]).text
    [mail] = [each for each in inside(lambda work: letters(work.connection)) if each.recipient == "zoe@example.com"]
    link = re.search(r"https://crm\.example\.com(/\S+)", mail.body)[1]
    assert "Do you confirm" in framed.get(link).text
    assert inside(lambda work: forms.figures(work.connection, work.now))["confirmed"].waiting == 1
    assert framed.post(link).headers["location"] == "/forms/confirmed/thanks?confirmed=1"
    assert first("lead", 'name == "Zoe"').values["email"] == "zoe@example.com"
    assert [framed.get(link).status_code, framed.post(link).status_code] == [410, 410]
    assert framed.get("/forms/confirmed/confirm/x").status_code == 410


def test_bad_input_is_answered_and_never_breaks(framed: TestClient) -> None:
    for path in ("/forms/none", "/forms/none/thanks", "/forms/none/confirm/x"):
        assert framed.get(path).status_code == 404
    assert framed.post("/forms/none").status_code == 404
    for data in (
        {"name": "\x00"},
        {"name": "x" * 10_000},
        {"name": ["a", "b"]},
        {"_stamp": "é"},
        {"email": "\ud800".encode("utf-8", "surrogatepass")},
    ):
        assert send(framed, "/forms/framed", data).status_code in (303, 400, 422), data
    assert framed.post("/forms/framed", data={"name": "x" * 300_000}).status_code == 413
    assert framed.post("/forms/framed", files={"name": ("a.txt", b"abc")}).status_code == 422


def test_administrators_see_the_forms_and_what_other_sites_need(framed: TestClient, client: TestClient) -> None:
    send(framed, "/forms/contact_us", SENT)
    page = client.get("/forms").text
    assert "https://crm.example.com/forms/contact_us" in page and "just now" in page
    assert "&lt;iframe src=&#34;https://crm.example.com/forms/framed&#34; title=&#34;Framed&#34;" in page


def test_the_list_of_forms_is_for_administrators_only(signed_in: Callable[..., TestClient]) -> None:
    assert signed_in("sales_rep").get("/forms").status_code == 403


@pytest.mark.browser
def test_a_form_is_filled_in_by_keyboard_alone(
    page: Any, accessible: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "QUICKEST", timedelta(0))
    page.context.clear_cookies()
    page.goto("/forms/contact_us")
    assert accessible(page) == []
    page.keyboard.press("Tab")
    page.keyboard.type("Zoe")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors:focus")
    assert accessible(page) == []
    page.get_by_role("link", name="Email").press("Enter")
    page.keyboard.type("zoe@example.com")
    page.get_by_label("Your message").fill("Hello")
    page.get_by_label("I agree").press(" ")
    page.get_by_role("button", name="Send").press("Enter")
    page.wait_for_url("**/thanks")
    assert accessible(page) == []
