"""Several processes append to the record of events at once: no gap, no fork, nothing lost."""

import threading

FILE = """
from uuid import uuid4
from analysis import rights
for n in range({count}):
    case = rights.open_case(rights.Request(submission=uuid4(), urls=[f"https://wire.test/{{n}}"], want="remove",
        kind="opt_out", explanation="x", name="Rights desk", organisation="", relation="publisher",
        email=f"{{uuid4()}}@wire.test", language="en"), "127.0.0.1")
    rights.confirm(case)
    rights.take_up(case, None)
print("done")
"""
COUNT = "from analysis.models import *; print(Event.objects.count(), Case.objects.count())"


def test_what_four_processes_append_at_once_makes_one_chain(live_site):
    done: list[str] = []
    processes = [threading.Thread(target=lambda: done.append(live_site.shell(FILE.format(count=15)))) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert done == ["done"] * 4
    length, head = live_site.run("verify_events").strip().split(":")
    assert int(length) == 4 * 15 * 3 and len(head) == 64
    assert live_site.shell(COUNT) == "180 60"
