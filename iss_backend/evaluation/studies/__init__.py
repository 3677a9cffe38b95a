"""The paper's studies and ablations: each returns a `StudyTable`."""
