"""People in a run: those who start it, and those whom it asks."""
