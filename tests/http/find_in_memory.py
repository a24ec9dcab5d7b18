# SPDX-License-Identifier: ISC
"""Is a text anywhere in the memory of these processes?  find_in_memory.py TEXT PID..."""
import re
import sys

needle = sys.argv[1].encode()
found = 0
for pid in sys.argv[2:]:
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if not m or "[v" in line:
                continue
            start, end = int(m[1], 16), int(m[2], 16)
            if end - start > 1 << 32:  # a sanitizer's shadow
                continue
            memory.seek(start)
            try:
                found += memory.read(end - start).count(needle)
            except OSError:
                continue
print(found)
