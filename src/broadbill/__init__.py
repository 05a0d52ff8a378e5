"""Broadbill, the open-source billing system for internet service providers."""

__version__ = "0.1.0"
