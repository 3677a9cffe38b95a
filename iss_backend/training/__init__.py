"""The three trainings: compact CLIP, SVR model, stage 1."""
