"""Many prompts, one after the other: reading them, where their shapes stand, and how far the batch is."""
