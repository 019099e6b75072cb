"""SS in containers: those that we start from an image, and those that run already."""
