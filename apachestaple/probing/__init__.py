"""What a running server sends, judged."""
