# SPDX-License-Identifier: ISC
"""Reads before.txt (what a recording does not show) and explained.txt (what is different here,
and why)."""
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from mapping import scrypt
from recording import Message, statement, take

HERE = Path(__file__).parent


@dataclass
class Note:
    """About a file or one of its cases."""
    users: dict = field(default_factory=dict)
    sessions: dict = field(default_factory=dict)
    steps: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    ignored: set = field(default_factory=set)
    compared: set = field(default_factory=set)
    settings: dict = field(default_factory=dict)
    contains: str = None
    same: dict = field(default_factory=dict)
    times: int = 1
    response: Message = None
    rows: dict = field(default_factory=dict)
    skip: str = None


VALUES = {"true": True, "false": False, "null": None}


def pairs(words):
    return {k: VALUES.get(v, v) for k, _, v in (w.partition("=") for w in words)}


def take_line(note, line):
    word, _, rest = line.partition(" ")
    if word in ("user", "session"):
        key, *words = re.findall(r"(?:[^\s\"]|\"[^\"]*\")+", rest)
        getattr(note, word + "s")[key] = pairs(w.replace('"', "") for w in words)
    elif word in ("sql", "get"):
        note.steps.append((word, rest))
    elif word in ("header", "answer"):
        name, _, value = rest.partition(":")
        getattr(note, word + "s").append((name, value.strip()))
    elif word in ("ignore", "compare"):
        getattr(note, {"ignore": "ignored", "compare": "compared"}[word]).update(rest.split())
    elif word == "password":
        user, text = rest.split(" ")
        note.steps.append(("sql", f"UPDATE account SET password = '{scrypt(text)}'"
                                  f" WHERE \"userId\" = '{user}'"))
    elif word == "set":
        name, _, value = rest.partition("=")
        note.settings[name] = value
    elif word == "same":
        one, other = rest.split(" ")
        note.same[one] = other
    elif word == "times":
        note.times = int(rest)
    elif word in ("skip", "contains"):
        setattr(note, word, rest)
    else:
        raise ValueError(f"what is {line!r}?")


def read_notes(name):
    """From `=== RECORDING`, `=== RECORDING: CASE` or `=== PATH` to what is said about it."""
    notes, note, i = {}, None, 0
    lines = (HERE / name).read_text(encoding="utf-8").split("\n")
    while i < len(lines):
        line = lines[i]
        if line.startswith("=== "):
            note = notes.setdefault(line[4:], Note())
        elif line.startswith("< "):
            note.response, i = take(lines, i, "<")
            continue
        elif line.startswith("sql> "):
            sql = statement(line, None)
            note.rows[sql.text] = rows = []
            while i + 1 < len(lines) and lines[i + 1].startswith("  "):
                i += 1
                rows.append(lines[i].strip())
        elif line and not line.startswith("#"):
            take_line(note, line)
        i += 1
    return notes


@lru_cache(None)
def all_notes():
    return read_notes("before.txt"), read_notes("explained.txt")


@lru_cache(None)
def path_skips():
    return [line.split(" ", 1) for line in
            (HERE / "skipped.txt").read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]


used = set()


def before(recording):
    return all_notes()[0].get(recording, Note())


def same(recording):
    """Recorded values that are one and the same here."""
    return all_notes()[1].get(recording, Note()).same


def case(recording, case_):
    """What both files say about a case, its recording and its path, in one."""
    out = Note()
    keys = [recording, case_.request.path, f"{recording}: {case_.name}"]
    for notes, key in [(n, k) for k in keys for n in all_notes() if k in n]:
        used.add(key)
        note = notes[key]
        if key != recording:
            out.steps += note.steps
        out.headers += note.headers
        out.answers += note.answers
        out.ignored |= note.ignored
        out.compared |= note.compared
        out.settings |= note.settings
        out.times = max(out.times, note.times)
        out.response = note.response or out.response
        out.rows |= note.rows
        out.skip = out.skip or note.skip
        out.contains = out.contains or note.contains
    return out


def skip(recording, case_):
    reason = case(recording, case_).skip
    return reason or next((why for pattern, why in path_skips()
                           if re.search(pattern, f"{case_.variant} {case_.request.path}")), None)


def rows(recording, case_, event):
    return case(recording, case_).rows.get(event.text) if case_ else None


def skip_sql(recording, case_, event):
    """A statement is skipped with the case above it, or if it asks what is not ours."""
    if case_ is not None and (reason := skip(recording, case_)):
        return reason
    return next((why for pattern, why in path_skips()
                 if re.search(pattern, f"{event.variant} sql {event.text}")), None)


def unused(recording):
    return [k for notes in all_notes() for k in notes
            if k.startswith(recording + ": ") and k not in used]
