"""How each contact is used, and so whether it says anything about who a person is.

personal        one person's, as far as anything shows: identity evidence.
shared_by_few   two to a handful of people at one time (a couple, a gang): ties them, does not merge them.
business        claimed by many accounts that nothing else ties, or told as open to all now and then: a shop,
                an agency, a spam campaign.
generic         named by many, claimed by nobody; or a placeholder.
hotline         a service number, or mostly named as a public service.
recycled        one user, a long silence, then another user: counts only within each stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, groupby, pairwise

import pyarrow as pa

from ringtrace.linking.claims import DAY, Claim
from ringtrace.linking.material import Material, Stay
from ringtrace.linking.model import limits
from ringtrace.linking.users import Users
from ringtrace.model.ring import Judgement

_SCHEMA = pa.schema(
    [
        ("kind", pa.string()), ("value", pa.string()), ("use", pa.string()), ("accounts", pa.int64()),
        ("reason", pa.string()), ("first_at", pa.timestamp("us", "UTC")), ("last_at", pa.timestamp("us", "UTC")),
        ("claimants", pa.int64()), ("split_at", pa.timestamp("us", "UTC")),
    ]
)  # fmt: skip

USES = ("personal", "shared_by_few", "business", "generic", "hotline")
"""What an analyst may judge a contact to be."""
OPEN_TO_ALL = frozenset({"hotline", "generic", "business"})
"""Uses of a contact that say nothing of who a person is."""


def classify(material: Material, judgements: Iterable[Judgement] = ()) -> pa.Table:
    """Return Table(kind, value, use, accounts, reason, first_at, last_at, claimants, split_at).

    One row for each contact value that an account shows. accounts: how many show it; claimants:
    how many of those present it as their own (accounts with one native id or name count once);
    split_at: where a recycled value changes hands. Doubtful claims (exposures that quote a trader) do not
    count. An analyst's judgement on a value overrules its use; an earlier one on the same value, and what
    the posts say, give way to it.
    """
    judged = judged_uses(judgements)
    rows = []
    for (kind, value), group in groupby(material.claims, key=lambda claim: (claim.kind, claim.value)):
        shown = list(group)
        use, reason, split = _use(shown, material)
        if (kind, value) in judged:
            overruled, (use, why) = use, judged[kind, value]
            reason, split = f"judged so by an analyst ({why}); by the posts {words_of(overruled)}: {reason}", None
        times = [at for claim in shown for at in (claim.first_at, claim.last_at) if at is not None]
        rows.append(
            {"kind": kind, "value": value, "use": use, "accounts": len(shown), "reason": reason,
             "first_at": min(times, default=None), "last_at": max(times, default=None),
             "claimants": len({material.keys.get(c.account, c.account) for c in shown if c.claims}), "split_at": split}
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def judged_uses(judgements: Iterable[Judgement]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (kind, value) -> (use, reason): the last judgement on each value; "unsure" takes one back."""
    last: dict[tuple[str, str], tuple[str, str]] = {}
    for one in sorted(judgements, key=lambda j: (j.at, j.analyst, j.subject)):
        if len(one.subject) == 4 and one.subject[0] == "identifier":
            _, kind, value, use = one.subject
            last.pop((kind, value), None)
            if one.verdict == "yes":
                last[kind, value] = use, one.reason or "no reason given"
    return last


def words_of(use: str) -> str:
    return use.replace("_", " ")


def overlap(left: Mapping[str, Stay], right: Mapping[str, Stay]) -> bool:
    """Whether two accounts were active in one container over a common stretch of time."""
    for container in left.keys() & right.keys():
        a, b = left[container], right[container]
        if a[2] > 1 and b[2] > 1 and None not in (a[0], b[0]) and max(a[0] or 0, b[0] or 0) < min(a[1] or 0, b[1] or 0):
            return True
    return False


def disagree(left: Mapping[str, set[str]], right: Mapping[str, set[str]]) -> list[str]:
    """Return the kinds of which both state own values, none in common."""
    return [kind for kind in sorted(left.keys() & right.keys()) if not left[kind] & right[kind]]


def _apart(left: str, right: str, material: Material) -> bool:
    """Whether two accounts look like two people: active side by side, or other own contacts."""
    if material.keys.get(left) == material.keys.get(right):
        return False
    if overlap(material.stays.get(left, {}), material.stays.get(right, {})):
        return True
    return bool(disagree(material.own.get(left, {}), material.own.get(right, {})))


def _use(shown: Sequence[Claim], material: Material) -> tuple[str, str, int | None]:
    """Return (use, reason in words, time of hand-over) of one value."""
    public = _public_use(shown)
    if public:
        return *public, None
    claimed = [claim for claim in shown if claim.claims]
    people = {material.keys.get(claim.account, claim.account) for claim in claimed}
    if shown[0].kind == "url" and len(people) > 1:
        return "generic", f"an address that {len(people)} accounts give", None
    business = _business(shown, material.users.get((shown[0].kind, shown[0].value)))
    if business:
        return "business", business, None
    if len(people) < 2:
        return "personal", "one person's as far as anything shows", None
    return _use_of_several(claimed, people, material)


def _public_use(shown: Sequence[Claim]) -> tuple[str, str] | None:
    """Say when a value is nobody's in particular."""
    kind, value = shown[0].kind, shown[0].value
    posts = sum(claim.posts for claim in shown)
    public = sum(claim.hotline for claim in shown)
    told = sum(claim.quoted for claim in shown)
    many = len(shown) >= limits()["generic_accounts"]
    if kind == "phone" and (not value.startswith("+") or len(value) <= limits()["service_digits"]):
        return "hotline", "a service number"
    if public and public * 2 >= posts:
        return "hotline", f"named as a public service in {public} of {posts} posts"
    if kind != "url" and _is_placeholder(value):
        return "generic", "a placeholder, not a real contact"
    if many and not any(claim.claims for claim in shown):
        return "generic", f"named by {len(shown)} accounts, claimed by none"
    if many and told * 2 >= posts and not any(claim.own or claim.native for claim in shown):
        return "generic", f"mostly quoted: {told} of {posts} posts by {len(shown)} accounts"
    return None


def _business(shown: Sequence[Claim], users: Users | None) -> str:
    """Say why a contact looks like a shop's, else "": many claim it whom little ties, or some call it open to all."""
    if users is None:
        return ""
    posts, public = sum(claim.posts for claim in shown), sum(claim.hotline for claim in shown)
    hung_together = users.tied >= limits()["business_tied"]
    share = limits()["open_share" if hung_together else "public_share"]
    if users.people >= limits()["generic_accounts"] and public >= posts * share:
        return f"{public} of {posts} posts name it as open to all"
    if users.people > limits()["block_accounts"]:
        return f"{users.people} accounts present it as their own"
    if users.people > limits()["business_claimants"] and users.tied < limits()["business_tied"]:
        return f"{users.people} accounts present it as their own and little else ties them"
    return ""


def _use_of_several(claimed: Sequence[Claim], people: set[str], material: Material) -> tuple[str, str, int | None]:
    split = _handover(claimed, material.keys)
    if split is not None:
        return "recycled", "silent for weeks between two sets of users", split
    checked = combinations(claimed[: int(limits()["pairs_checked"])], 2)
    if any(_apart(left.account, right.account, material) for left, right in checked):
        return "shared_by_few", f"{len(people)} accounts that differ otherwise use it", None
    return "personal", f"{len(people)} accounts use it and nothing sets them apart", None


def _handover(claimed: Sequence[Claim], keys: Mapping[str, str]) -> int | None:
    """Return the time of a long silence with different users before and after, else None."""
    stretches = sorted(
        (c.first_at, c.last_at or c.first_at, keys.get(c.account, c.account))
        for c in claimed
        if c.first_at is not None and not c.native
    )
    latest = None
    for at in range(1, len(stretches)):
        end = max(stop for _, stop, _ in stretches[:at])
        before = {key for _, _, key in stretches[:at]}
        after = {key for _, _, key in stretches[at:]}
        if stretches[at][0] - end >= limits()["recycled_days"] * DAY and not before & after:
            latest = (end + stretches[at][0]) // 2
    return latest


def _is_placeholder(value: str) -> bool:
    digits = "".join(char for char in value if char.isdigit())
    body = digits[-8:]
    if len(value.lstrip("+")) != len(digits) or len(body) < 5:
        return False
    steps = {int(b) - int(a) for a, b in pairwise(body)}
    return steps in ({0}, {1}, {-1})
