"""How fast the product is, each figure beside something measured in the same run: these machines differ and are shared.

`python -m benchmarks [NAME …]` prints a line a figure and writes `benchmarks/out/latest.json`. A figure is the median
of at least three runs; nothing is asserted.
"""
