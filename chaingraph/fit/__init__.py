"""How well does a firm fit what a region makes? Kernels, walks, populations, and the score."""
