"""What running servers send, and whether clients can use it."""
