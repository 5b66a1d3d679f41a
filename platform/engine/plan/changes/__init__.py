"""What a plan changes, a kind a file: each says in one line what it does, and does it."""
