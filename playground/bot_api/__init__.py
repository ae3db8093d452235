"""The stand-in for the Bot API: methods, parameters, limits, errors."""
