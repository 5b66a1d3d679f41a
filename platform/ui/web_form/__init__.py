"""Web forms: the pages on which strangers fill them in, and the list of them for administrators."""
