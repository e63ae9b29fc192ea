"""The results of ``lint --format json`` of many servers: reading, merging, counting, comparing."""
