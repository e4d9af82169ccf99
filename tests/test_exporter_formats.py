"""What other programs read: each format against its own rules, and back again where that is promised."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import types
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from export_sample import HOSTILE, sample_case
from ringtrace.exporters.geojson import seats
from ringtrace.model.contract import TABLES
from ringtrace.pipeline.handover.exporting import export, material_of
from ringtrace.pipeline.intake.custodian import NOBODY
from ringtrace.text.places.divisions import divisions
from ringtrace.text.tables.cells import plain_cell, safe_cell, xml_text

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SCHEMAS = os.environ.get("RINGTRACE_SCHEMAS", "")
GEXF_SCHEMA = Path(__file__).parent / "schemas" / "gexf-1.3.rng"
"""Our own, since the official schema may not be copied: stricter, and always there."""
DANGEROUS = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def case(tmp_path_factory, session_keys):
    return sample_case(tmp_path_factory.mktemp("formats") / "sample")


@pytest.fixture(scope="module", params=["sample", "tiny"])
def both(request, case):
    return case if request.param == "sample" else request.getfixturevalue("tiny_case")[0]


def written(case, name, tmp_path) -> Path:
    export(case, name, tmp_path / name, NOBODY)
    return tmp_path / name


@given(st.text())
def test_a_safe_cell_is_no_formula_and_comes_back(text):
    assert not safe_cell(text).startswith(DANGEROUS) and plain_cell(safe_cell(text)) == text


@given(st.text())
def test_any_text_fits_into_xml(text):
    held = ET.fromstring(f'<a b="{xml_text(text)}">{xml_text(text)}</a>')
    assert held.text == held.get("b") or not text
    assert len(held.text or "") == len(text)


def test_csv_comes_back_cell_by_cell(both, tmp_path):
    folder, material = written(both, "csv", tmp_path), material_of(both)
    for name in TABLES:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        expected = material.rows(name)
        assert len(rows) == len(expected)
        for row, whole in zip(rows, expected, strict=True):
            assert not any(
                cell.startswith(DANGEROUS) and not cell.lstrip("-").replace(".", "").isdigit() for cell in row.values()
            )
            for column, value in whole.items():
                if column not in ("segments", "title_segments"):
                    assert read_back(row[column], value) == unreferenced(value)


def read_back(cell, like):
    if isinstance(like, str):
        return plain_cell(cell)
    if isinstance(like, datetime):
        return datetime.fromisoformat(cell)
    if isinstance(like, (list, dict)):
        return spans_back(json.loads(cell))
    return None if like is None and cell == "" else type(like)(cell)


def spans_back(value):
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9a-f]{64}):(?:(.*):)?([0-9]+)-([0-9]+)", value)):
        evidence, member, start, stop = match.groups()
        return {"evidence_id": evidence, "member": member or "", "start": int(start), "stop": int(stop)}
    if isinstance(value, dict):
        return {key: spans_back(item) for key, item in value.items()}
    return [spans_back(item) for item in value] if isinstance(value, list) else value


def unreferenced(value):
    return json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value


def test_a_workbook_holds_every_cell_as_text_and_runs_nothing(case, tmp_path):
    path = written(case, "xlsx", tmp_path)
    book = CalamineWorkbook.from_path(str(path))
    rows = book.get_sheet_by_name("posts").to_python()
    texts = [column for column, heading in enumerate(rows[0]) if re.fullmatch(r"text( \(\d\))?", heading)]
    assert len(texts) == 2
    found = ["".join(row[column] for column in texts).replace("_xFFFE_", "\ufffe") for row in rows[1:]]
    assert found == [post["text"] for post in material_of(case).rows("posts")] and set(found) == set(HOSTILE)
    import zipfile

    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
        assert not any("hyperlink" in archive.read(name).decode() for name in archive.namelist())


def test_gexf_fits_a_closed_schema_and_a_broken_one_does_not(both, tmp_path):
    from lxml import etree

    schema = etree.RelaxNG(etree.parse(str(GEXF_SCHEMA)))
    text = written(both, "gexf", tmp_path).read_text("utf-8")
    schema.assertValid(etree.fromstring(text.encode()))
    broken = [
        ('version="1.3"', 'version="1.2"'), ("<viz:position", "<viz:place"), ('class="node"', 'class="nodes"'),
        ('type="double"', 'type="number"'), ("<edges ", "<links "), (' r="', ' red="'), ('target="', 'to="'), ('mode="static"', 'mode="still"'),
    ]  # fmt: skip
    for right, wrong in broken:
        assert right in text
        closing = text.replace(right, wrong).replace("</edges>", "</links>" if "links" in wrong else "</edges>")
        assert not schema.validate(etree.fromstring(closing.encode()))


def test_gexf_fits_the_official_schema(both, tmp_path):
    if not SCHEMAS:
        pytest.skip("set RINGTRACE_SCHEMAS to a folder with gexf.xsd, viz.xsd and dynamics.xsd of GEXF 1.3 (gexf.net)")
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(Path(SCHEMAS) / "gexf.xsd")))
    schema.assertValid(etree.parse(str(written(both, "gexf", tmp_path))))


def test_gexf_has_a_place_and_a_colour_for_every_node_and_declares_what_it_uses(both, tmp_path):
    path = written(both, "gexf", tmp_path)
    assert b"<viz:position" in path.read_bytes()  # what programs look for
    gexf = "{http://gexf.net/1.3}"
    root = ET.parse(path).getroot()
    graph = root.find(f"{gexf}graph")
    declared = {a.get("class"): {x.get("id") for x in a} for a in graph.findall(f"{gexf}attributes")}
    nodes = graph.find(f"{gexf}nodes")
    spots = set()
    for node in nodes:
        assert [child.tag for child in node] == [f"{gexf}{tag}" for tag in ("attvalues", "color", "position", "size")]
        assert {value.get("for") for value in node[0]} <= declared["node"]
        assert all(0 <= int(node[1].get(channel)) <= 255 for channel in "rgb")
        spots.add((float(node[2].get("x")), float(node[2].get("y"))))
    assert len(spots) == len(nodes) == int(nodes.get("count")) > 5
    ids = {node.get("id") for node in nodes}
    edges = graph.find(f"{gexf}edges")
    assert len(edges) == int(edges.get("count")) > 5
    assert all({edge.get("source"), edge.get("target")} <= ids for edge in edges)
    assert {value.get("for") for edge in edges for value in edge[0]} <= declared["edge"]


def test_graphml_is_read_by_networkx(both, tmp_path):
    graph = networkx.read_graphml(written(both, "graphml", tmp_path), force_multigraph=True)
    kinds = {data["kind"] for _, data in graph.nodes(data=True)}
    assert {"actor", "account", "ring", "container", "deal"} <= kinds
    for _, _, data in graph.edges(data=True):
        assert 0 <= data["probability"] <= 1 and ("evidence" in data or data["kind"] == "has_account")


def test_i2_links_name_entities_that_are_there(both, tmp_path):
    folder = written(both, "i2", tmp_path)
    tables = {}
    for name in ("entities", "links"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            tables[name] = list(csv.DictReader(handle))
    ids = {row["Entity ID"] for row in tables["entities"]}
    assert len(ids) == len(tables["entities"]) and len({row["Link ID"] for row in tables["links"]}) == len(
        tables["links"]
    )
    assert all({row["From ID"], row["To ID"]} <= ids for row in tables["links"])


def test_timesketch_finds_its_three_fields_in_every_line(both, tmp_path):
    events = [json.loads(line) for line in written(both, "timesketch", tmp_path).open(encoding="utf-8")]
    assert len(events) > len(material_of(both).rows("claims"))
    times = []
    for event in events:
        assert event["message"] and event["timestamp_desc"]
        times.append(datetime.fromisoformat(event["datetime"]))
        if "timestamp" in event:
            assert round(times[-1].timestamp() * 1e6) == event["timestamp"]
    assert times == sorted(times) and all(moment.tzinfo for moment in times)


def test_geojson_places_first_level_divisions_and_owns_up_to_the_rest(both, tmp_path):
    document = json.loads(written(both, "geojson", tmp_path).read_text("utf-8"))
    assert document["type"] == "FeatureCollection" and document["features"]
    for feature in document["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        if feature["id"].endswith("0000") and feature["id"].isdigit():
            east, north = feature["geometry"]["coordinates"]
            assert 73 < east < 136 and 17 < north < 54
        else:
            assert feature["geometry"] is None
    assert {d.code for d in divisions() if d.code.endswith("0000") and not d.stop} == set(seats())


def test_stix_is_clean(both, tmp_path):
    """Without the advice that ids be random (version 4): ours are derived, so that a second export is the same."""
    stub = types.ModuleType("cpe")  # asked for by the validator for names of software, which we never write
    stub.CPE = object
    sys.modules.setdefault("cpe", stub)
    import jsonschema  # a second to import, so only where it is asked
    from stix2validator import ValidationOptions, validate_file

    path = written(both, "stix", tmp_path)
    result = validate_file(str(path), ValidationOptions(version="2.1", disabled=["uuid-check"]))
    told = [str(e) for one in result.object_results for e in (*one.errors, *one.warnings)]
    assert result.is_valid and told == []
    objects = json.loads(path.read_text("utf-8"))["objects"]
    schema = json.loads((ROOT / "docs" / "schemas" / "stix-evidence.schema.json").read_text("utf-8"))
    definition = next(o["id"] for o in objects if o["type"] == "extension-definition")
    carried = [o["extensions"][definition] for o in objects if "extensions" in o]
    for extension in carried:
        jsonschema.validate(extension, schema)
    ids = {o["id"] for o in objects}
    assert carried and len(ids) == len(objects)
    refs = [o[name] for o in objects for name in ("source_ref", "target_ref", "created_by_ref") if name in o]
    assert set(refs) | {r for o in objects for r in o.get("object_refs", ())} <= ids


def test_followthemoney_takes_every_entity(both, tmp_path):
    from followthemoney import model

    entities = [json.loads(line) for line in written(both, "ftm", tmp_path).open(encoding="utf-8")]
    ids = {entity["id"] for entity in entities}
    assert len(ids) == len(entities) > 5
    for entity in entities:
        schema = model.get(entity["schema"])
        schema.validate(entity)
        proxy = model.get_proxy(entity, cleaned=False)
        for name, values in entity["properties"].items():
            if name != "name":  # names are tidied by the library
                assert sorted(proxy.get(name)) == sorted(set(values)), (name, values)
            if schema.get(name).type.name == "entity":
                assert set(values) <= ids


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_case_uco_conforms(case, tiny_case, tmp_path):
    """Both analyses at once: loading the ontology takes most of the time."""
    import subprocess

    paths = []
    for number, one in enumerate((case, tiny_case[0])):
        export(one, "case", tmp_path / f"{number}.jsonld", NOBODY)
        paths.append(str(tmp_path / f"{number}.jsonld"))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("case_validate")), *paths], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "Conforms: True" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
