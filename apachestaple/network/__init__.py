"""Network access. No other package opens connections."""
