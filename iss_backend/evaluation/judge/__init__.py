"""Independent judges of shapes: they share no weights with any bundle, and the classifier no shapes either."""
