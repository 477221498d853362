"""What a judge is worth: trials on gold, on probes and on injections, and the figures from them."""
