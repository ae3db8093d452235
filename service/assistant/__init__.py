"""The assistant: consent to a language model, its quotas, and counts of question topics."""
