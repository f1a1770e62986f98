"""The account plan as people see it: one machinery for its sections, and for each section a file with its words."""
