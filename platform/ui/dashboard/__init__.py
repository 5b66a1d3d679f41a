"""Pages of figures about records."""
