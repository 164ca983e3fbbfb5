"""Stories of figures, goals and charts."""
