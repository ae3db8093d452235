"""A member's question to its answer: search, model, and replies of a person."""
