"""The page of one record, and each thing that is done on it: a fact, a stage, a note, a share, its end."""
