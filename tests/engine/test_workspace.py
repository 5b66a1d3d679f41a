"""A workspace opens its database, whatever version made it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine import people
from customary.engine.messages import find_letter
from customary.engine.messages.outbox import message
from customary.engine.people.actor import SYSTEM
from customary.engine.releases.catalogue import names
from customary.engine.workspace import Workspace, create


def test_tables_of_an_older_version_get_their_new_columns(tmp_path, database_url):
    create(tmp_path / "mycrm", ["core"])
    opened = Workspace.open(tmp_path / "mycrm", database_url)
    opened.apply()
    with opened.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE customary_name DROP COLUMN names")
    opened.close()
    again = Workspace.open(tmp_path / "mycrm", database_url)
    with again.database.read() as connection:
        assert connection.execute(sa.select(names.c.names)).scalars().first() is None
    assert again.plan().empty
    again.close()


def test_sessions_and_keys_of_an_older_version_stay_good(tmp_path, database_url):
    create(tmp_path / "mycrm", ["core"])
    opened = Workspace.open(tmp_path / "mycrm", database_url)
    opened.apply()
    with opened.database.write() as connection:
        work = opened.work(connection, SYSTEM)
        ann = people.add(work, "ann@example.com", None, ["admin"], "Ann")
        token, secret = people.start(connection, ann, work.now).token, people.add_key(connection, ann, "old", work.now)
        for table, columns in (
            ("session", ("proof", "agent", "address")),
            ("key", ("expires", "read_only", "entities")),
        ):
            for column in columns:
                connection.exec_driver_sql(f"ALTER TABLE customary_{table} DROP COLUMN {column}")
        for table in ("ticket", "second_factor", "recovery_code", "passkey", "identity"):
            connection.exec_driver_sql(f"DROP TABLE customary_{table}")
    opened.close()
    again = Workspace.open(tmp_path / "mycrm", database_url)
    with again.database.read() as connection:
        assert people.actor_of_session(connection, token, again.release).id == ann
        assert people.actor_of_key(connection, secret, again.release).limits == people.NO_LIMITS
    again.close()


def test_a_message_of_an_older_version_is_a_mail(tmp_path, database_url):
    create(tmp_path / "mycrm", ["core"])
    opened = Workspace.open(tmp_path / "mycrm", database_url)
    row = {"id": UUID(int=1), "at": datetime(2026, 1, 1, tzinfo=UTC), "recipient": "a@example.com", "attempts": 0}
    with opened.database.write() as connection:
        connection.execute(message.insert(), row | {"subject": "", "body": "", "language": "en", "status": "kept"})
        connection.exec_driver_sql("DROP INDEX customary_message_run")
        for column in ("kind", "destination", "position", "details", "result"):
            connection.exec_driver_sql(f"ALTER TABLE customary_message DROP COLUMN {column}")
    opened.close()
    again = Workspace.open(tmp_path / "mycrm", database_url)
    with again.database.read() as connection:
        letter = find_letter(connection, row["id"])
        indexes = {each["name"] for each in sa.inspect(connection).get_indexes("customary_message")}
    assert (letter.kind, letter.destination, letter.position, letter.result) == ("mail", "mail", None, None)
    assert "customary_message_run" in indexes
    again.close()


def test_a_relative_sqlite_file_lies_in_the_folder(tmp_path):
    create(tmp_path / "mycrm", ["core"], "sqlite:///data.db")
    Workspace.open(tmp_path / "mycrm").close()
    assert (tmp_path / "mycrm" / "data.db").is_file()


def test_a_name_with_quotes_survives_the_yaml(tmp_path):
    create(tmp_path / "mycrm", ["core"], name='Ann "A" \\ Co: #1')
    opened = Workspace.open(tmp_path / "mycrm")
    assert opened.apply().model.settings.name == 'Ann "A" \\ Co: #1'
    opened.close()
