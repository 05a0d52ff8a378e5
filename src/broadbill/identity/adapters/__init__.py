"""How outside libraries see our sign-ins."""
