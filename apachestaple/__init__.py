"""A linter and rewriter for OCSP stapling in Apache httpd configurations."""

# This package has the name of the function. Imported first, it does not replace the function.
import apachestaple.lint  # noqa: F401
from apachestaple.library import lint

__version__ = "0.1.0"

__all__ = ["__version__", "lint"]
