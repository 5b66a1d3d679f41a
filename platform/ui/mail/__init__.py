"""Mail as people meet it: what went out and came in, answers by hand, and taking leave of a sort of mail."""
