"""The account plan: its sections, each in a file of its own (section.py says how one is declared)."""
