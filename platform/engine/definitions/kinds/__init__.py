"""One file a kind of definition: its shape as JSON Schema, and its page in the reference as docstring."""
