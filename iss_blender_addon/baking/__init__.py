"""Vertex colours as a texture, for programs that know no vertex colours."""
