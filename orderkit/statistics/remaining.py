"""How many of the units not yet back will come back: beta-binomial laws of many cohorts at once."""

from dataclasses import dataclass

import numpy as np

WIDE = 15.0  # standard deviations above which a whole number is as good as a continuous one


@dataclass(frozen=True)
class Remaining:
    """By cohort: of `size` units each comes back with a chance that is Beta(a, b). Arrays of one length."""

    size: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @classmethod
    def matched(cls, size, mean, variance):
        """From mean and variance of the chance."""
        total = size_of(mean, variance)
        return cls(np.asarray(size, dtype=float), total * mean, total * (1 - mean))

    @property
    def mean(self):
        """Units expected yet."""
        return self.size * self.a / (self.a + self.b)

    @property
    def sd(self):
        """The standard deviation of the units yet to come."""
        chance, total = self.a / (self.a + self.b), self.a + self.b
        return np.sqrt(self.size * chance * (1 - chance) * (total + self.size) / (total + 1))

    def at_most(self, units):
        """The chance of so many units or fewer [cohorts]."""
        units = np.floor(np.broadcast_to(np.asarray(units, dtype=float), self.size.shape))
        found, narrow = np.empty(self.size.shape), self._narrow()
        table = self._cumulated(narrow)
        place = np.clip(units[narrow], -1, table.shape[1] - 1).astype(int)
        found[narrow] = np.where(place < 0, 0.0, np.take_along_axis(table, np.maximum(place, 0)[:, None], axis=1)[:, 0])
        found[~narrow] = self._continuous(~narrow)[0](units[~narrow])
        return found

    def intervals(self, levels):
        """[levels, 2, cohorts], low and high of the units yet to come: the likeliest numbers, as many as come nearest to a level.

        No range of whole numbers holds exactly 80 %. One that always holds at least so much, 10 % on either side, holds 95 %
        where less than one unit is to come; this one holds as much as it says on average.

        References
        ----------
        Hyndman (1996), Computing and graphing highest density regions, The American Statistician 50:120-126.
        """
        found, narrow = np.zeros((len(levels), 2, self.size.size)), self._narrow() & (self.mean > 0)
        found[:, :, narrow] = _likeliest(np.diff(self._cumulated(narrow), prepend=0.0, axis=1), levels)
        wide = ~self._narrow()
        quantile = self._continuous(wide)[1]
        for place, level in enumerate(levels):
            found[place][:, wide] = [np.round(quantile(tail)) for tail in ((1 - level) / 2, (1 + level) / 2)]
        return found

    def _narrow(self):
        return self.sd <= WIDE

    def _cumulated(self, rows):
        """Chances of at most 0, 1, 2 ... units [cohorts, longest]: from the ratios of neighbouring ones."""
        n, a, b = (part[rows][:, None] for part in (self.size, np.maximum(self.a, 1e-12), self.b))
        most = (self.mean + 12 * self.sd + 10)[rows].max(initial=0)
        k = np.arange(int(np.ceil(most)))[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.log(np.maximum(n - k, 0)) - np.log(k + 1) + np.log(a + k) - np.log(b + n - k - 1)
        log = np.cumsum(np.where(k < n, step, -np.inf), axis=1)
        log = np.concatenate([np.zeros((len(log), 1)), log], axis=1)
        log = log - log.max(axis=1, keepdims=True, initial=0)
        running = np.cumsum(np.exp(log), axis=1)
        return running / running[:, -1:]

    def _continuous(self, rows):
        """(chance of at most k units, quantile in units) of a Beta law with the mean and variance of the share that comes."""
        from scipy.special import betainc, betaincinv

        n, mean, sd = self.size[rows], self.mean[rows] / self.size[rows], self.sd[rows] / self.size[rows]
        total = mean * (1 - mean) / sd**2 - 1
        a, b = total * mean, total * (1 - mean)

        def at_most(units):
            return betainc(a, b, np.clip((units + 0.5) / n, 0, 1))

        return at_most, lambda chance: betaincinv(a, b, chance) * n


def _likeliest(chances, levels):
    """[levels, 2, rows], first and last of the likeliest places of each row, as many as come nearest to a level, at least one."""
    # equal chances that differ by rounding errors stay in their order, so that the chosen places are neighbours
    order = np.argsort(-np.round(chances, 12), axis=1, kind="stable")
    together = np.cumsum(np.take_along_axis(chances, order, axis=1), axis=1)
    first, last = np.minimum.accumulate(order, axis=1), np.maximum.accumulate(order, axis=1)
    many = [np.abs(together - level).argmin(axis=1)[:, None] for level in levels]
    return np.array([[np.take_along_axis(end, place, axis=1)[:, 0] for end in (first, last)] for place in many])


def size_of(mean, variance):
    """a + b of the Beta law of a mean and a variance; at most 1e12, which is as good as a fixed chance."""
    return np.clip(mean * (1 - mean) / np.maximum(variance, 1e-300) - 1, 1e-9, 1e12)
