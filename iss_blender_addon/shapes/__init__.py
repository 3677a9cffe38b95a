"""Shapes in the scene: meshes from arrays, material, collection, objects, and what is kept on them."""
