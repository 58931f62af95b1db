"""A Frame → a file, from the window or without one."""
