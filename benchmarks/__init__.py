"""How fast the product is, as ratios to a floor measured beside it on the same machine."""
