"""Stories of the product as a whole: its own processes, its own servers, seen from outside."""
