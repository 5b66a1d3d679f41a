"""What a request brings is read within bounds, and forgotten with it."""

from __future__ import annotations

import gc

from litestar._parsers import parse_url_encoded_form_data
from litestar.testing import TestClient

from customary.ui.web.request import MOST_FIELDS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_form_is_read_in_its_order_with_all_that_has_one_name(client: TestClient) -> None:
    parse_url_encoded_form_data.cache_clear()
    sent = b"name=%CE%91lpha&amount=&amount=x&_redraw=1"
    page = client.post("/deal/new", content=sent, headers=FORM)
    assert page.status_code == 200 and 'value="Αlpha"' in page.text
    assert parse_url_encoded_form_data.cache_info().currsize == 0, "Litestar keeps what was typed"


def test_a_form_of_endless_fields_is_refused_before_anybody_is_known(client: TestClient) -> None:
    client.cookies.clear()
    del client.headers["X-CSRF-Token"]
    sent = b"a&" * (MOST_FIELDS + 1)
    assert client.post("/deal/new", content=sent, headers=FORM).status_code == 413
    assert client.post("/sign-in", content=sent, headers=FORM).status_code == 413


def test_a_password_is_nowhere_in_memory_after_its_request(client: TestClient) -> None:
    client.post("/settings/password", content=b"old=hardly+to+be+found&new=neither+this+one", headers=FORM)
    assert [each for each in gc.get_objects() if isinstance(each, bytes | str) and "to be found" in str(each)] == []
