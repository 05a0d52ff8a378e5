"""Pricing models: small pure values, one file a family, that turn a quantity or records into an exact amount."""
