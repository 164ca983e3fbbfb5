"""What is typed at the `outreach` command, and what it answers."""
