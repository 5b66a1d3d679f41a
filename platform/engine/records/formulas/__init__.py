"""Computed fields: worked out in a statement, or kept, and then following what they read."""
