#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Merges: whatever is asked, in whatever order, and whatever breaks, a guest's work is there,
once, and belongs to one (run.sh). TAP.

After every step the whole database is compared with a model (model.py). Requests at once must
leave it as some order of them would."""
import os
import random
import sys

import proxy
from histories import histories
from staged import crashes, interleaved, server
from theft import theft, together
from pooler import pooler

PARTS = {"histories": histories, "interleaved": interleaved, "crashes": crashes,
         "server": server, "theft": theft, "together": together, "pooler": pooler}


def main():
    names = [a for a in sys.argv[1:] if a != "--full"] or list(PARTS)
    full = "--full" in sys.argv
    tap = proxy.Tap()
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**9))
    print(f"# SEED={seed}", flush=True)
    sql = proxy.Sql()
    for name in names:
        PARTS[name](tap, sql, random.Random(f"{seed} {name}"), full)
    sql.close()
    return tap.done()


sys.exit(main())
