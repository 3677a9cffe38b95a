"""From objects that were generated to others: styles, variations, edits, blends, and shapes after pictures."""
