"""The pages of the client's people: links without a login, what stands there, and what a person proposes."""
