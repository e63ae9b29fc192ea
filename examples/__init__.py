"""An administrator's configurations, with the faults that administrators make."""
