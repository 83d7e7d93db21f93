"""The chain maps: one HTML file per chain that works offline."""
