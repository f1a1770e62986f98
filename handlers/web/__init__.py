"""Web pages, for people who have no Slack or who want more room than Slack gives."""
