"""``apachestaple server``."""


def server() -> int:
    """Run the language server for editors, on standard input and output."""
    from apachestaple.language_server.server import run

    return run()
