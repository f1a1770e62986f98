"""Pictures of an account plan: data that a picture shows → SVG, and from it PNG. Nothing here reads the ledger."""
