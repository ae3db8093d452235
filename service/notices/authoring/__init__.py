"""Writing a notice: drafts, counts, approval, reports."""
