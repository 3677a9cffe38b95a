"""Multi-view data sets, their packing, colours and captions."""
