"""A model in this process: loaded once, measured and sampled from in batches that its memory holds."""
