"""PDF documents: told what to print."""
