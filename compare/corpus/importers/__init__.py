"""Read public corpora in the layouts they are published in, one module a family of formats."""
