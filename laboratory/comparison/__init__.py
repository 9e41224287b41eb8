"""Chapter 08: networks of equal work under one recipe, and depth with and without shortcuts."""
