"""The desk of process designers: drawings, findings, versions."""
