"""What the overlays render to, and the tools and schemas it is judged by."""
