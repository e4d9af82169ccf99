"""Links the accounts of analysed cases beside Splink and beside connected components, in one run.

python benchmarks/linking_peers.py NAME=CASE:TRUTH ...

Cases as in ``known_cases``. Whoever runs it installs ``splink`` (5), best in an environment of its own beside
ringtrace; it is in no lock of this project. All three get what extraction found. Splink gets each account as a
record: display name, app, and the contacts that it gives as its own and that are not open to all, as ringtrace
decided: more than it would know by itself. Its weights come from the case by its own unsupervised fit, and of
six thresholds the best in hindsight counts for it; ringtrace uses the one that it ships, and here weights fitted on
the other cases given (with one case: those shipped). Time: ours from posts and mentions to actors, the use of
every contact decided on the way; Splink's from records to clusters.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from known_cases import left_out, read_case
from linking import Known, fit, measure, usual_others
from ringtrace.evaluation.measures import b_cubed
from ringtrace.linking.actors import cluster
from ringtrace.linking.identifiers import OPEN_TO_ALL, classify
from ringtrace.linking.material import Material
from ringtrace.linking.model import pair_weights
from ringtrace.linking.pairs import link_accounts, survey
from ringtrace.pipeline.reading.posts import account_table

THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)


def records(told: str) -> pa.Table:
    """Return one row an account: unique_id, name, app, contacts (list, "kind value")."""
    tables = read_case(told, ("posts", "evidence", "mentions", "stances", "templates")).tables
    posts, mentions, stances = tables["posts"], tables["mentions"], tables["stances"]
    accounts = account_table(posts)
    material = Material.here(posts, mentions, stances, accounts, tables["templates"])
    profiles, scene = survey(material, classify(material))
    names = material.names
    rows = [
        {
            "unique_id": account, "name": names[account][0] if names[account] else None, "app": profile.platform,
            "contacts": sorted(
                f"{kind} {value}" for (kind, value), claim in profile.claims.items()
                if claim.claims and scene.use.get((kind, value), ("", None))[0] not in OPEN_TO_ALL
            ),
        }
        for account, profile in sorted(profiles.items())
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def our_seconds(told: str) -> float:
    """Return the CPU seconds from posts and mentions to actors."""
    tables = read_case(told, ("posts", "evidence", "mentions", "stances", "templates")).tables
    posts, mentions, stances = tables["posts"], tables["mentions"], tables["stances"]
    began = time.process_time()
    accounts = account_table(posts)
    material = Material.here(posts, mentions, stances, accounts, tables["templates"])
    links = link_accounts(material, classify(material), ())
    cluster(links, accounts, ())
    return time.process_time() - began


def with_splink(table: pa.Table) -> dict[float, dict[str, str]]:
    """Return threshold -> account -> cluster."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    sharing = pa.TableGroupBy(pa.table({"contact": table["contacts"].combine_chunks().flatten()}), "contact")
    counts = sharing.aggregate([([], "count_all")])["count_all"].to_numpy()
    pairs = float((counts * (counts - 1) / 2).sum())
    settings = SettingsCreator(
        "dedupe_only",
        [
            cl.JaroWinklerAtThresholds("name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.ArrayIntersectAtSizes("contacts", [2, 1]), cl.ExactMatch("app"),
        ],
        [block_on("name"), block_on("contacts", arrays_to_explode=["contacts"])],
        probability_two_random_records_match=pairs / (len(table) * (len(table) - 1) / 2),
    )  # fmt: skip
    linker = Linker(DuckDBAPI().register(table, dataset_display_name="accounts"), settings, log_level=40)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=5)
    for rule in (block_on("name"), block_on("contacts[1]")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    told = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    found = {}
    for threshold in THRESHOLDS:
        groups = linker.clustering.cluster_pairwise_predictions_at_threshold(
            told, threshold_match_probability=threshold
        )
        rows = groups.as_pyarrow_table()
        found[threshold] = dict(zip(rows["unique_id"].to_pylist(), rows["cluster_id"].to_pylist(), strict=True))
    return found


def components(table: pa.Table) -> dict[str, str]:
    """Return account -> the component that shared contacts make."""
    accounts = table["unique_id"].to_pylist()
    number = {account: at for at, account in enumerate(accounts)}
    holders: dict[str, list[int]] = defaultdict(list)
    for account, contacts in zip(accounts, table["contacts"].to_pylist(), strict=True):
        for contact in contacts:
            holders[contact].append(number[account])
    ends = np.array([(group[0], other) for group in holders.values() for other in group[1:]], np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), (len(accounts), len(accounts)))
    _, parts = connected_components(links, directed=False)
    return dict(zip(accounts, map(str, parts.tolist()), strict=True))


def scored(person: Mapping[str, str], group: Mapping[str, str]) -> tuple[float, str]:
    precision, recall, f1 = b_cubed(dict(person), {account: group[account] for account in person})
    return f1, f"B-cubed P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"


def report(case: Known, told: str, weights: Mapping[str, float], usual: float | None) -> None:
    print(f"ringtrace, {our_seconds(told):.1f} s CPU, {measure(case, weights, usual)}", flush=True)
    table = records(told)
    print(f"connected components, {case.name}: {scored(case.shown, components(table))[1]}", flush=True)
    began = time.process_time()
    found = with_splink(table)
    spent = time.process_time() - began
    best = max(found, key=lambda threshold: scored(case.shown, found[threshold])[0])
    print(f"Splink, {spent:.1f} s CPU, {case.name} from {best}: {scored(case.shown, found[best])[1]}", flush=True)


def main(arguments: list[str]) -> None:
    told = {one.partition("=")[0]: one for one in arguments}
    cases = [Known.of(one) for one in told.values()]
    fits = {case.name: (fit(others), usual_others(others)) for case, others in left_out(cases)}
    for case in cases:
        report(case, told[case.name], *fits.get(case.name, (pair_weights(), None)))


if __name__ == "__main__":
    main(sys.argv[1:])
