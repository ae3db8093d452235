"""What the assistant may say: cards, articles, search, and a model's answers."""
