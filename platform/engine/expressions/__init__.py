"""The typed expression language: one text, the same answer in Python, SQLite and PostgreSQL."""
