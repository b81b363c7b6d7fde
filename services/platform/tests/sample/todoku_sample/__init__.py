"""A service as small as can be, to test the platform alone."""
