"""What mod_ssl makes of a configuration."""
