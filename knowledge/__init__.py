"""What the assistant may say: vocabulary and cards."""
