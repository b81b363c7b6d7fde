"""What the manifests must be like. Each rule takes rendered documents and returns its findings."""
