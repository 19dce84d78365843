"""Platforms: one room each; they know the core and nothing of each other."""
