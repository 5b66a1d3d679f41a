"""Texts with holes: messages and documents, compiled."""
