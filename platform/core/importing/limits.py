"""What an imported file may cost, in one place. A line past a limit is refused; the others go in."""

MIB = 2**20
GIB = 2**30

LINE_BYTES = 16 * MIB
UNPACKED_BYTES = 64 * GIB
UNPACKED_RATIO = 200
UNPACKED_WINDOW = 64 * MIB
DEPTH = 32
INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1
MEMBERS = 10_000  # parts of a gzip file that may be tiny
MEMBER_BYTES = 100  # what a part holds on average beyond that
COLUMNS = 2_000
UNPACKING_MEMORY = GIB  # address space of the process that unpacks Parquet
SHOWN_CHARACTERS = 2_000
