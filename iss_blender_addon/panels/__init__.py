"""The sidebar tab "Text to Shape" of the 3D view, one file for each of its panels; drawing changes nothing."""
