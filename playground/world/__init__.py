"""The state of the stand-in: chats, people, messages, updates."""
