# SPDX-License-Identifier: ISC
"""The same through PgBouncer, which gives each transaction another connection."""
import os
import pwd
import shutil
import subprocess

import proxy
from asking import Programs
from histories import dump, explain, linear, prepare, run
from model import CLEAN
from staged import FAULTS, Scene
from theft import two_members

STEPS = 130
PORT = 6432  # by which the programs know that they must not prepare


def start(folder):
    os.mkdir(folder)
    server = os.path.dirname(proxy.SERVER)
    with open(f"{folder}/pgbouncer.ini", "w", encoding="ascii") as file:
        file.write(f"""[databases]
postern = host={server} port=5432 user=postern
[pgbouncer]
listen_addr =
listen_port = {PORT}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 3
logfile = {folder}/log
""")
    command = ["pgbouncer", "-q", f"{folder}/pgbouncer.ini"]
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                   *command]
    process = subprocess.Popen(command, stdout=proxy.ERRORS, stderr=proxy.ERRORS)
    proxy.wait_until(lambda: os.path.exists(f"{folder}/.s.PGSQL.{PORT}") or
                     process.poll() is not None)
    return process


def pooler(tap, sql, random, full):
    if not shutil.which("pgbouncer"):
        tap.skip("a transaction pooler", "no pgbouncer")
        return
    prepare(sql)
    folder = f"{proxy.TMP}/pool"
    process = start(folder)
    url = proxy.url_at(folder) + f"&port={PORT}"
    programs = Programs("pooled", url, settings={"WORKERS": "6"})
    try:
        run(tap, sql, programs, random, STEPS * (20 if full else 1), "through a pooler")
        used = int(sql("SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = 'postern' "
                       "AND backend_type = 'client backend'"))
        tap(0 < used <= 3, "on its few connections", str(used))
        scene = Scene(os.environ["DATABASE_URL"])
        for name in FAULTS:
            model, request = scene.set(), scene.request(name)
            answer = request.ask(programs)
            found, why = linear(model, [request], [answer], dump(scene.sql))
            tap(found and answer.status == 200, f"{name}, through a pooler",
                explain([request], [answer]) + why)
        two_members(tap, scene, programs)
        scene.sql.close()
        sql(CLEAN)
    finally:
        programs.stop()
        process.terminate()
        process.wait()
