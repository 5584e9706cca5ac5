# SPDX-License-Identifier: MIT
"""A store as it is after months of many alerts: millions of decided rows in its journal."""

import contextlib
import os
import sqlite3
import time

SECONDS_KEPT = 13 * 24 * 3600  # of the 14 days that decided alerts are kept by default

JOURNAL = """\
INSERT INTO journal (alert_id, problem_key, received_at, state, reason, incident_id, alert)
WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < :rows)
SELECT printf('0FULL%021d', n), 'zabbix/full-' || (n % 100000), :first + :step * n, 'done',
       'repeat, counted', printf('0FULL%021d', n % 100000), :alert FROM row"""

# The keys of exact repeats live for a week. These begin with nothing that goes up, which is worst:
# new ones fall anywhere among them.
DEDUP = """\
INSERT INTO dedup (key, alert_id, seq, expires_at)
SELECT randomblob(16) AS key, alert_id, seq, received_at + 604800000 FROM journal
WHERE received_at + 604800000 > :now AND alert_id LIKE '0FULL%' ORDER BY key"""


def fill(directory, rows, alert):
    """Adds that many decided alerts to the store of a daemon that does not run."""
    path = os.path.join(directory, "bridge.db")
    now = int(time.time() * 1000)
    step = max(1, SECONDS_KEPT * 1000 // rows)
    values = {"rows": rows, "step": step, "first": now - step * rows, "now": now, "alert": alert}
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA cache_size=-4000000")
        store.execute("PRAGMA synchronous=OFF")
        store.execute("BEGIN")
        store.execute(JOURNAL, values)
        store.execute(DEDUP, values)
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return store.execute("SELECT count(*) FROM journal").fetchone()[0]
