"""What members let a model do, what it costs, and what is counted of their questions."""
