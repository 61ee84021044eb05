"""Read by Python before all else, in a server that a test started `later`: its clock goes ahead of this machine's."""

import os
import time
from datetime import timedelta

from django.utils import timezone

AHEAD = float(os.environ["CLOCK_AHEAD"])
_time, _now = time.time, timezone.now
time.time = lambda: _time() + AHEAD
timezone.now = lambda: _now() + timedelta(seconds=AHEAD)
