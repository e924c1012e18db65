"""The commands of the command line, one file each; they hold no logic of their own."""
