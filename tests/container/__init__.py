"""The image of the Dockerfile: built and run."""
