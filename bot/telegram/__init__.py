"""The Bot API client: session, rate limits, sending. It knows chats and screens, no use cases."""
