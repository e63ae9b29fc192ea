"""Mutation testing of the core: ``make mutants N=400 SEED=…``."""
