"""The languages: what Midline says, and how each language writes numbers, dates and names."""
