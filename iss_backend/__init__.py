"""Text-guided 3D shape generation with images as the stepping stone (ISS, ICLR 2023).

This package never imports Blender. `TextToShape` (pipeline.py) is the way in from Python, `python -m iss_backend`
the way in from a terminal.
"""

__version__ = "0.1.0"
