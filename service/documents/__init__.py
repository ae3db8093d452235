"""What a MID hands in as a document: articles and statements."""
