"""The older generations of the network's own sites, in HTML and as dumps."""
