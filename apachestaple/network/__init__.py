"""The network: the only room that opens connections."""
