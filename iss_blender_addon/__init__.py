"""The Blender side of Text to Shape. Never imports torch."""
