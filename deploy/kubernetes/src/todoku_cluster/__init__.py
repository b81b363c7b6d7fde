"""Todoku on a cluster: what is checked before, made once, rolled out, and tried after."""
