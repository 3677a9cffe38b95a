"""The mapper, its two stages, and what the paper's start lacks."""
