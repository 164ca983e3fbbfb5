"""Sources of the front-end assets and the script that builds them. It never runs while the product serves pages."""
