"""Backup and restore of a whole stack: every table and every released file, with hashes, resumable, and a drill that proves it."""
