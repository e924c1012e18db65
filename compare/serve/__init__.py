"""The library's functions over HTTP, and as tools for assistants."""
