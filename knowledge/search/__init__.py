"""Search over the articles of the assistant and of MIDs: semantic and lexical."""
