"""What can be asked of the kernel."""
