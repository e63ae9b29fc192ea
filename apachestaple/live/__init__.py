"""The only room that opens connections, and only commands that are told to come here."""
