"""The Bot API client. Nothing here knows of members."""
