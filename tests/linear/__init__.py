"""Whether reading takes linear time and bounded memory: ``make linear``."""
