"""How a model is asked to judge, one file each."""
