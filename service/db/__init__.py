"""Engine, encryption, metadata and migrations."""
