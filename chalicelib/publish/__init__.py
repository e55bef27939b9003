"""Releases: immutable files with a manifest of hashes, the pointer last (docs/architecture.md, "Releases")."""
