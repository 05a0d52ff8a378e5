"""What can be asked about sign-ins."""
