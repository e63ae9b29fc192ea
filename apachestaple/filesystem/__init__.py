"""Files and folders as the system has them: who can change them, and writing them safely."""
