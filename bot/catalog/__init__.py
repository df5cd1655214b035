"""Curated content: its shape, how it is read, and what must hold between its files."""
