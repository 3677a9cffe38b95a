"""The process that the Blender add-on talks to: framed JSON and arrays over its standard input and output."""
