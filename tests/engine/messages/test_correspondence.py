"""The mails about a record go with it."""

from __future__ import annotations

from customary.engine.messages import correspondence, letters, put


def test_mails_about_a_record_that_is_given_up_are_about_the_one_that_stays(crm):
    stays, given_up = (crm.add("account", name=name) for name in ("Acme", "Acme Ltd"))
    with crm.work() as work:
        put(work, "mail", to="ann@example.com", subject="Hello", about=("account", given_up))
        correspondence.merge(work, "account", given_up, stays)
        assert [each.subject for each in letters(work.connection, record=stays)] == ["Hello"]
        assert letters(work.connection, record=given_up) == []
