"""Reads every post once more for the company it keeps.

A terse post ("three, message me, 1234567") says little alone. That its account posts plain offers,
that it answers one, that bids stand below it, that its contact stands in others' offers, says more; and
a word of trade in an account that otherwise talks of prams says less. The sum is natural log-odds,
fitted on development authors whose texts were read by weights that had never seen them
(``benchmarks/company.py``), so that it knows how far a stranger's words can be trusted; what it adds to the
text's own log-odds is the post's lift. It belongs to one post and rests on other posts. Nobody is scored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringtrace.stances.neighbourhood import FEATURES, Neighbourhood, Numbers
from ringtrace.stances.weights import UNREAD
from ringtrace.text import lexicon

SCHEMA = pa.schema([("post_id", pa.string()), ("lift", pa.float64()), ("lean", pa.list_(pa.float64()))])
DIRECTIONS = ("offer", "seek", "broker")
FRAMES = ("quote", "warning", "appeal", "news", "question", "joke", "lawful", "other")
TERMS = (*FEATURES, "wording", *(f"frame_{frame}" for frame in FRAMES), "text", "any", "unread")
"""Terms of how a post is read: what neighbours say, what the case's own words say, how the text itself is framed,
its own log-odds above ``text_least``, 1 for any post, 1 for a post whose words name nothing of a transfer."""
STRATA = ("terse", "said")
"""Posts whose words alone say little (log-odds below ``terse``) and the others: each with weights of its own."""
UNWORDED = ("terse_unworded", "said_unworded")
"""The same in a case that is too small for its own words to be learned."""


def number(name: str) -> float:
    """Return a constant of ``company.model.toml``."""
    return float(lexicon.constants("company")["number"][name])


class Reading:
    """How posts are read: as the texts alone gave it, and now.

    sure: probability of any direction; shares: of each direction given any, posts x 3, rows sum to 1.
    """

    def __init__(self, posts: Mapping[str, int], stances: pa.Table) -> None:
        """posts: post_id -> row. Posts that ``stances`` does not name count as unread."""
        self.sure: Numbers = np.zeros(len(posts))
        self.shares: Numbers = np.full((len(posts), 3), 1 / 3)
        self.frame = ["other"] * len(posts)
        at = np.fromiter((posts[post] for post in stances["post_id"].to_pylist()), np.int64, len(stances))
        self.sure[at] = stances["probability"].to_numpy()
        for row, frame in zip(at.tolist(), stances["frame"].to_pylist(), strict=True):
            self.frame[row] = frame
        parts = np.stack([stances[name].to_numpy() for name in DIRECTIONS], axis=1)
        whole = parts[:, 0] + parts[:, 1] + parts[:, 2]
        told = whole > 0
        self.shares[at[told]] = parts[told] / whole[told, None]
        self.text_odds: Numbers = _log_odds(np.maximum(self.sure, np.where(self.sure == 0, UNREAD, 1e-9)))


class Company:
    """A case's posts with who stands beside whom, gathered once for the rounds of looking.

    first: how the texts alone were read; sure, shares: how posts are read now, as in ``Reading``.
    """

    def __init__(self, posts: pa.Table, answers: pa.Table, mentions: pa.Table, first: pa.Table) -> None:
        """first: the stances as the texts alone gave them."""
        self._near = Neighbourhood(posts, answers, mentions)
        self.first = Reading({post: at for at, post in enumerate(self._near.ids)}, first)
        self._framed = _framed(self.first)
        # What an account reports or warns of does not speak for its other posts.
        reports = np.isin(self.first.frame, lexicon.constants("company")["settled"])
        calm = reports & (self.first.sure < number("framed"))
        self._reports = calm & np.isin(self.first.frame, lexicon.constants("company")["reports"])
        self.sure: Numbers = np.where(calm, 0.0, self.first.sure)
        self.shares = self.first.shares
        self._trust = 1.0

    def look(self, wording: Mapping[str, float]) -> None:
        """Read all posts anew beside what their neighbours were read as; wording: as ``Wording.learn`` gives it."""
        terms, terse = self.terms(wording), self.terse()
        strata = STRATA if wording else UNWORDED
        odds = np.zeros(len(terse))
        for stratum, rows in zip(strata, (terse, ~terse), strict=True):
            odds[rows] = _weighed(terms[rows].T, _weights(stratum, TERMS))
        sure = _chance(odds)
        self._trust = 1.0 if wording else number("unworded_trust")
        sure = np.where(self._reports, np.minimum(sure, number("report_most")), sure)
        leanings = np.zeros_like(self.shares)
        for weight, (columns, term) in zip(_weights("lean", LEANINGS).tolist(), self._leanings(), strict=True):
            leanings[:, columns] += weight * term
        self.shares = _softmax(np.log(self.first.shares + 1e-6) + leanings)
        self.sure = sure

    def shift(self, odds: Numbers) -> None:
        """Add natural log-odds to how every post is read now; those of which nothing is left to say stay so."""
        self.sure = np.where(self.sure > 0, _chance(_log_odds(self.sure) + odds), 0.0)

    def odds(self) -> Numbers:
        """Return the natural log-odds of every post as it is read now, in order of ``posts``."""
        return _log_odds(self.sure)

    def terms(self, wording: Mapping[str, float]) -> Numbers:
        """Return the ``TERMS`` of each post, in order of ``posts``."""
        said = np.array([wording.get(post, 0.0) for post in self._near.ids])
        text = np.maximum(self._text_odds() - number("text_least"), 0.0)
        own = np.stack([text, np.ones_like(text), (self.first.text_odds <= _NOTHING) * 1.0])
        near = self._near.describe(self.sure, self._base()).T
        return np.concatenate([near, said[None], self._framed.T, own]).T

    def terse(self) -> npt.NDArray[np.bool_]:
        """Return which posts say little by their words alone, in order of ``posts``."""
        return self._text_odds() < number("terse")

    def _text_odds(self) -> Numbers:
        return np.clip(self.first.text_odds, number("text_least"), None)

    def leanings(self) -> Numbers:
        """Return the ``LEANINGS`` of each post and direction: posts x directions x terms."""
        found = np.zeros((*self.shares.shape, len(LEANINGS)))
        for at, (columns, term) in enumerate(self._leanings()):
            found[:, columns, at] = term
        return found

    def _leanings(self) -> Iterator[tuple[int | slice, Numbers]]:
        """Yield for each of ``LEANINGS`` the directions for which it is not 0 everywhere, and its values there."""
        shares = self.sure[:, None] * self.shares
        rest = number("lean_rest")
        above, below = self._near.above_shares(shares), self._near.below_shares(shares)
        own, partners = self._near.own_shares(shares, rest), self._near.partner_shares(shares, rest)
        yield slice(None), np.log(own * 3)
        yield slice(None), np.log(self._near.contact_shares(shares, rest) * 3)
        for whose in (own, partners):
            yield DIRECTIONS.index("broker"), 2 * np.minimum(whose[:, 0], whose[:, 1])
        for beside in (above, below, partners - 1 / 3):
            yield from ((column, beside[:, row]) for row in range(3) for column in range(3))

    def stances(self) -> pa.Table:
        """Return Table(post_id, probability, direction) as the posts are read now, for ``Wording.learn``."""
        best = np.where(self.sure >= 0.5, np.argmax(self.shares, axis=1), len(DIRECTIONS))
        direction = pa.array([*DIRECTIONS, "none"]).take(pa.array(best))
        return pa.table({"post_id": self._near.posts, "probability": self.sure, "direction": direction})

    def lifts(self) -> pa.Table:
        """Return Table(post_id, lift, lean) of the posts that company reads otherwise, in order of post_id.

        lift: natural log-odds to add to the text's own, 2 decimals; lean: the same for each direction.
        """
        now = _log_odds(self.sure)
        lift = np.round(np.clip(self._trust * (now - self.first.text_odds), -number("most"), number("most")), 2)
        lean = np.round(np.log((self.shares + 1e-6) / (self.first.shares + 1e-6)), 2)
        seen = np.maximum(self.sure, self.first.sure) >= number("seen")
        moved = seen & ((np.abs(lift) >= number("least")) | (np.abs(lean).max(axis=1) >= number("least")))
        rows = sorted(
            ({"post_id": self._near.ids[at], "lift": float(lift[at]), "lean": lean[at].tolist()}
             for at in np.flatnonzero(moved)),
            key=lambda row: str(row["post_id"]),
        )  # fmt: skip
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _base(self) -> float:
        """Return the share of directed posts, within what any lawful collection of evidence may have."""
        mean = float(self.sure.mean()) if len(self._near) else 0.0
        return min(max(mean, number("base_least")), number("base_most"))


LEANINGS = (
    "own", "contact", "own_both", "partners_both",
    *(f"{where}_{one}_{other}"
      for where in ("above", "below", "partners") for one in DIRECTIONS for other in DIRECTIONS),
)  # fmt: skip
"""Terms of a lean: how the account's other posts and the contact's other posts share out; ``above_offer_seek``:
an answer to an offer is a wish; ``below_seek_offer``: what a wish answers is an offer. ``own_both``: an account that
offers and seeks goes between; ``partners_both``: so does one that deals with both."""


_NOTHING = math.log(UNREAD / (1 - UNREAD)) + 1e-6


def _framed(reading: Reading) -> Numbers:
    """Return 1 where the text alone stands in the frame and is no offer, wish or go-between."""
    frames = np.array(reading.frame)
    calm = reading.sure < number("framed")
    return np.stack([((frames == frame) & calm).astype(float) for frame in FRAMES]).T


def _weights(table: str, names: tuple[str, ...]) -> Numbers:
    known = lexicon.constants("company")[table]
    return np.array([float(known.get(name, 0.0)) for name in names])


def _weighed(terms: Numbers, weights: Numbers) -> Numbers:
    """Return the sum over the first axis, term by term: the same to the bit wherever a post stands."""
    whole = np.zeros(terms.shape[1:])
    for term, weight in zip(terms, weights.tolist(), strict=True):
        whole += weight * term
    return whole


def _log_odds(values: Numbers) -> Numbers:
    bounded = np.clip(values, 1e-9, 1 - 1e-9)
    result: Numbers = np.log(bounded / (1 - bounded))
    return result


def _chance(odds: Numbers) -> Numbers:
    result: Numbers = np.round(1 / (1 + np.exp(-np.clip(odds, -30, 30))), 6)
    return result


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return result
