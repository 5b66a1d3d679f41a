"""Forms: which fields stand where, their controls, what was typed into them, and the generated page itself."""
