"""Mutation testing of the rating core: does some test fail whenever a rule is broken? `make mutate` runs it."""
