"""The writer of records, a step a file: from what somebody hands over to what lies in the database."""
