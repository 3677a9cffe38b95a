"""Learning from a person's own objects: what is looked at, how, and what becomes of it."""
