"""The page on which people answer a survey."""
