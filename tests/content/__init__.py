"""Stories about pieces: files, pictures, editions, approval, previews and the archive."""
