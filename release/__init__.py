"""What a release needs: pinned requirements, their licences, and a list of what is installed."""
