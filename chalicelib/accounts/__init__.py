"""Accounts of enterprises: a first user by a one-time code, and the end of an account. No one is told why a code was refused."""
