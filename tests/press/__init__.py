"""Stories about the newsroom."""
