"""What the outline of a picture says of a shape beyond what E_S reads off it: where the camera stood, a closer code."""
