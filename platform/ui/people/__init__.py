"""Coming in, one's own settings, and the pages on which administrators look after people and their rights."""
