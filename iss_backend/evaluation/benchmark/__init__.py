"""How long everything takes, and how much longer the paper's way and Dream Fields would take on the same machine."""
