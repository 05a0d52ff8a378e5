"""Messages: told what to send, and to whom."""
