"""The functions as AWS runs them: in Docker, with Python 3.13 and their memory limit."""
