"""Documents that MIDs provide as JSON: articles, statements, suggestions."""
