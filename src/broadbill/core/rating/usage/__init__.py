"""Usage: records, what of them an allowance covers, and what a stretch of them costs."""
