"""Scores of dated forecasts: arithmetic over how many, at which likelihood, came true. Pure: no rows, no Django.

A forecast is a likelihood in whole percent. So a hundred thousand of them are no more than a hundred pairs of numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import log, sqrt
from statistics import NormalDist

type Tally = Mapping[int, tuple[int, int]]  # by likelihood in percent, 0 to 100: how many happened, how many did not

FEWEST = 5  # forecasts; of fewer no share is drawn and no score given
_Z = NormalDist().inv_cdf(0.975)  # two-sided 95 %


def state_of(stored: str, due: date, now: datetime) -> str:
    """The state a reader sees: an open item is `due` from the day after its date (UTC) until someone judges it."""
    return "due" if stored == "open" and now.date() > due else stored


def brier(percent: int, happened: bool) -> float:
    """(p - o)²: 0 is perfect, 1 the worst (Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2)."""
    return (percent / 100 - happened) ** 2


def log_score(percent: int, happened: bool) -> float:
    """-ln of the probability given to what came about (Good 1952); p is held within 0.01 and 0.99."""
    p = min(max(percent / 100, 0.01), 0.99)
    return -log(p if happened else 1 - p)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, `hits` of `n` > 0 (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    share, z2 = hits / n, _Z**2
    middle = share + z2 / (2 * n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return max((middle - half) / (1 + z2 / n), 0.0), min((middle + half) / (1 + z2 / n), 1.0)


@dataclass(frozen=True, slots=True)
class Score:
    """What forecasts come to. `brier` = `reliability` - `resolution` + `uncertainty` (Murphy 1973,
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2), over the likelihoods as they were given."""

    n: int
    happened: int
    brier: float
    log: float
    reliability: float
    resolution: float
    uncertainty: float  # also the Brier score of always saying the share that came true

    @property
    def base_rate(self) -> float:
        return self.happened / self.n

    @property
    def over_even(self) -> float:
        """How much of the error of always saying 50 % is avoided: 1 is all, below 0 is worse than that."""
        return 1 - self.brier / 0.25

    @property
    def over_base_rate(self) -> float | None:
        """The same against always saying the share that came true; None where all came out alike."""
        return 1 - self.brier / self.uncertainty if self.uncertainty else None


def score(tally: Tally) -> Score | None:
    """None of nothing."""
    groups = [(percent / 100, yes, yes + no) for percent, (yes, no) in sorted(tally.items()) if yes + no]
    n = sum(count for _p, _yes, count in groups)
    if not n:
        return None
    happened = sum(yes for _p, yes, _count in groups)
    base = happened / n
    return Score(
        n=n,
        happened=happened,
        brier=_mean(tally, brier, n),
        log=_mean(tally, log_score, n),
        reliability=sum(count * (p - yes / count) ** 2 for p, yes, count in groups) / n,
        resolution=sum(count * (yes / count - base) ** 2 for _p, yes, count in groups) / n,
        uncertainty=base * (1 - base),
    )


def _mean(tally: Tally, rule: Callable[[int, bool], float], n: int) -> float:
    return sum(yes * rule(percent, True) + no * rule(percent, False) for percent, (yes, no) in tally.items()) / n


@dataclass(frozen=True, slots=True)
class Bin:
    """The forecasts between two likelihoods, `low` and `high` percent, both within it."""

    low: int
    high: int
    n: int
    happened: int
    said: float  # the mean likelihood, as a share of one; of none the middle
    interval: tuple[float, float]  # of the share that happened; of none 0 and 1

    @property
    def share(self) -> float:
        return self.happened / self.n if self.n else 0.0

    @property
    def drawn(self) -> bool:
        return self.n >= FEWEST


def calibration(tally: Tally) -> tuple[Bin, ...]:
    """Ten fixed bins: 0 to 9 percent, 10 to 19 and so on; 100 is in the last."""
    return tuple(_bin(low, low + 9 if low < 90 else 100, tally) for low in range(0, 100, 10))


def _bin(low: int, high: int, tally: Tally) -> Bin:
    within = {percent: counts for percent, counts in tally.items() if low <= percent <= high}
    n = sum(yes + no for yes, no in within.values())
    happened = sum(yes for yes, _no in within.values())
    said = sum(percent * (yes + no) for percent, (yes, no) in within.items()) / n if n else (low + high) / 2
    return Bin(low, high, n, happened, said / 100, wilson(happened, n) if n else (0.0, 1.0))


def sides(tally: Tally) -> tuple[int, int, int]:
    """How many came out on the side that was called the likelier, how many on the other; and how many were called even,
    which takes no side."""
    right = wrong = even = 0
    for percent, (yes, no) in tally.items():
        if percent == 50:
            even += yes + no
        else:
            right, wrong = (right + yes, wrong + no) if percent > 50 else (right + no, wrong + yes)
    return right, wrong, even
