"""What is measured: each metric is a function of arrays or meshes, tested on cases whose answer is known."""
