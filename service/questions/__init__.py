"""Questions that members send to a person, what comes of them, and what the assistant may use."""
