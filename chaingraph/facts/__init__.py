"""What can be counted in a graph seen from a region, before any judgement."""
