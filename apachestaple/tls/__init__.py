"""What mod_ssl would make of a configuration: hosts, certificates, cache."""
