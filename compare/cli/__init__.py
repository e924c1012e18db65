"""The command line: a module for each group of commands, which do what the library's methods do."""
