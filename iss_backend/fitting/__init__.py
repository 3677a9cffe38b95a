"""A code for a shape that exists already: any coloured mesh becomes a `Shape`, to be stylised, varied, or edited."""
