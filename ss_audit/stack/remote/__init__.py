"""An SS that runs somewhere else: reached over HTTP, and acted on by the operator's commands alone."""
