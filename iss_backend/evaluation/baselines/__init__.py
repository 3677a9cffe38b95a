"""Other ways from a text to a shape, judged beside ours: CLIP-Forge, Dream Fields, E_I + D, image generator + SVR."""
