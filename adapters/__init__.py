"""One folder a platform; they never import each other."""
