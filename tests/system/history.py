# SPDX-License-Identifier: MIT
"""What the senders did, as one JSON object a line.

One line for each attempt, written when its outcome is known (or known to be unknown):

  request   number of the alert; a repeated attempt of the same alert has the same number
  key       which problem; it stands in the alert's name, so in the ticket's title
  what      problem, note or recovery
  note      the text of a note; it stands in the follow-up
  sent_at   seconds
  took      seconds until the answer
  status    of the answer; null when none came, and then nobody knows whether the alert was taken

The keys of one history are unique texts: no one is part of another. Thread rule: add() may be called
from any thread.
"""

import json
import threading


class History:
    def __init__(self, path):
        self.path = path
        self._file = open(path, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def add(self, **entry):
        line = json.dumps(entry)
        with self._lock:
            self._file.write(line + "\n")

    def entries(self):
        with self._lock:
            self._file.flush()
        return read(self.path)

    def close(self):
        self._file.close()


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
