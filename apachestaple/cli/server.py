"""``apachestaple server``."""


def server() -> int:
    """Run the language server for editors."""
    from apachestaple.language_server.server import run

    return run()
