"""The pages of the client's people: in the browser for them, and in Slack for the colleagues who give them."""
