"""Rules of the event spine, without a database."""
