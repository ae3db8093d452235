"""Questions that members send to a person at a MID, the replies, and suggested articles."""
