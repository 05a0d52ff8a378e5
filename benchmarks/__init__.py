"""How fast Broadbill is, measured: `make bench`, or `python -m benchmarks 10000 100000`."""
