"""Term sheets and the answers members give to them."""
