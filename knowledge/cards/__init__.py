"""A licence in plain words: the card's eight lines, their details, labels for the vocabulary."""
