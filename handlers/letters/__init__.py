"""Letters to the client's people: what each side agreed, in their language, to be sent by a colleague."""
