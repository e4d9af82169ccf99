"""Records: taken in row by row with clear words, sealed where they name a person, taken back exactly."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import EvidenceError, MappingError, UsageError
from ringtrace.model.record import Record, RecordSource, earliest_day, latest_day
from ringtrace.operation.history import Histories
from ringtrace.operation.intake import read_date
from ringtrace.operation.sheet import read_sheet
from ringtrace.operation.vocabulary import KINDS, counts, read_status, rules
from ringtrace.pipeline.intake import recording
from ringtrace.store.case import Case

TODAY = "2014-06-30"
HEAD = "kind,subject,status,date,place,document\n"
KEEPERS = [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu"), ("Chen", "a passphrase of Chen")]


@pytest.fixture
def case(tmp_path, monkeypatch, decisions):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    return Case.create(tmp_path / "case", decisions)


def take(case, text, mapping=None, dry_run=False):
    data = text if isinstance(text, bytes) else text.encode()
    return recording.import_records(case, data, "t.csv", mapping, author="ann", today=TODAY, dry_run=dry_run)


def told(done):
    return {(finding.row, finding.level): finding.words for finding in done.findings}


@pytest.mark.parametrize(
    ("row", "level", "words"),
    [
        ("child,1,rescued,2014-02-30,510000,d", "refused", "no day of the calendar"),
        ("child,1,rescued,02/03/2014,510000,d", "refused", "its order is not certain"),
        ("child,1,rescued,2015-02-20,510000,d", "refused", "lies in the future"),
        ("child,1,rescued,1902-02-20,510000,d", "refused", "lies before 1980"),
        ("child,1,rescued,,510000,d", "refused", "no date"),
        ("child,1,rescude,2014-02-19,510000,d", "refused", "(rescued)"),
        ("chield,1,rescued,2014-02-19,510000,d", "refused", "nearest: child"),
        ("child,,rescued,2014-02-19,510000,d", "refused", "no number"),
        ("child,1,rescued,2014-02-19,510999,d", "refused", "510999 is unknown; nearest: 510"),
        ("child,1,rescued,2014-02-19,Sichuang,d", "refused", "nearest: Sichuan 四川省 (510000)"),
        ("child,1,rescued,2014-02-19,朝阳区,d", "refused", "give the code"),
        ("child,1,rescued,2014-02-19,110103,d", "flagged", "was valid until 2010-10 only"),
        ("child,1,rescued,2014-02-19,510000,", "refused", "no source"),
        ("child,1,reunited,2014-02-19,510000,d", "flagged", "no “rescued” is recorded before it"),
        ("handover,1,handed over,2014-02-19,510000,d", "flagged", "without a receipt"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_words(case, row, level, words):
    done = take(case, HEAD + row + "\nchild,99,rescued,2014-02-19,510000,d\n")
    assert words in told(done)[2, level]
    assert done.records == (2 if level == "flagged" else 1)


def test_orders_and_repetitions_that_cannot_be_are_refused_and_the_rest_goes_in(case):
    rows = [
        "child,1,rescued,2014-02-19,510000,d", "child,1,rescued,2014-02-20,340000,d",
        "child,1,reunited,2014-02-01,510000,d", "child,1,reunited,2014-03-01,510000,d",
        "child,1,reported,2014-04-01,510000,d", "child,1,rescued,2014-05-01,510000,d",
        "suspect,1,detained,2014-02-19,510000,d", "suspect,1,arrest approved,2014-04-19,510000,d",
        "suspect,1,convicted,2014-02-01,510000,d", "child,1,rescued,2014-02-19,510000,d",
    ]  # fmt: skip
    done = take(case, HEAD + "\n".join(rows))
    words = told(done)
    assert "a second “rescued”" in words[3, "refused"]
    assert "lies before “rescued”" in words[4, "refused"]
    assert "59 days after detention; the law allows 37" in words[9, "flagged"]
    assert "“convicted” on 2014-02-01 lies before" in words[10, "refused"]
    assert words[11, "known"] == "is recorded already"
    assert (done.records, done.count("refused"), done.count("known")) == (6, 3, 1)
    assert [e.record.status for e in recording.entries_of(case) if e.record.kind == "child"] == [
        "rescued", "reunited", "reported", "rescued"
    ]  # fmt: skip


def test_a_dry_run_says_the_same_and_writes_nothing(case):
    text = HEAD + "child,1,rescued,2014-02-19,510000,d\nchild,1,rescued,2014-02-21,510000,d\n"
    ledger = case.open_ledger()
    before = ledger.all_events()
    dry = take(case, text, dry_run=True)
    assert recording.entries_of(case) == [] and recording.batches_of(case) == []
    assert ledger.all_events() == before
    ledger.close()
    real = take(case, text)
    assert (dry.records, len(dry.findings)) == (real.records, len(real.findings))


def xlsx(rows):
    """A minimal workbook of inline strings, numbers and one date style."""
    cells = "".join(
        f'<row r="{r}">' + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row) + "</row>"
        for r, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        )
    return out.getvalue()


def test_a_workbook_and_a_gb18030_table_say_the_same(case):
    rows = [
        ["类别", "编号", "状态", "日期", "解救地", "来源"],
        ["儿童", "5", "解救", "2014年2月19日", "四川省", "川公报12号"],
    ]
    first = take(case, xlsx(rows))
    assert (first.records, first.findings) == (1, ())
    again = take(case, "\n".join(",".join(row) for row in rows).encode("gb18030"))
    assert told(again) == {(2, "known"): "is recorded already"}
    record = recording.entries_of(case)[0].record
    assert (record.status, record.date, record.place) == ("rescued", "2014-02-19", "510000")


def test_a_mapping_names_columns_constants_and_words(case):
    text = "who;what;when\nA-1;saved;19.02.2014\n"
    mapping = b"""
date_format = "%d.%m.%Y"
[columns]
subject = "who"
status = "what"
date = "when"
[constants]
kind = "child"
document = "Report 7"
[values.status]
saved = "rescued"
"""
    done = take(case, text, mapping)
    assert (done.records, done.findings, done.ignored) == (1, (), ())
    with pytest.raises(MappingError, match="nearest: status"):
        take(case, text, b'[columns]\nstatuss = "what"\n')
    with pytest.raises(MappingError, match="there are: who, what, when"):
        take(case, text, b'[columns]\nstatus = "wot"\n')


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"\xff\xfe\x00", b'"' + b"x" * 200_000 + b'"\n,'])
def test_what_is_no_table_is_refused_in_words(data):
    with pytest.raises(EvidenceError):
        read_sheet(data, "t.csv")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data):
    try:
        sheet = read_sheet(data, "t.csv")
    except EvidenceError:
        return
    assert sheet.headings


@pytest.mark.slow
def test_an_identity_is_sealed_and_stands_nowhere_in_the_case(case, tmp_path):
    names = [f"王{chr(0x4E00 + n)}{chr(0x5000 + n)}" for n in range(60)]
    phones = [f"1700012{n:04}" for n in range(60)]
    head = "kind,subject,status,date,document,name,family phone,note\n"
    text = (
        head
        + "".join(
            f"child,{phones[n]},rescued,2014-02-19,Report on {names[n]},{names[n]},{phones[n]},mother of {names[n]}\n"
            for n in range(60)
        )
        + f"child,77,rescued,2014-13-19,Report,{names[0]},{phones[0]},\n"
    )
    with pytest.raises(UsageError, match="no keepers"):
        take(case, text)
    recording.appoint_keepers(case, KEEPERS, author="ann")
    done = take(case, text)
    assert (done.records, done.count("refused")) == (60, 1)
    held = b"".join(path.read_bytes() for path in case.folder.rglob("*") if path.is_file())
    held += json.dumps([finding.words for finding in done.findings], ensure_ascii=False).encode()
    assert not [word for word in (*names, *phones) if word.encode() in held or json.dumps(word)[1:-1].encode() in held]
    child = recording.entries_of(case)[3].record.subject
    for pair in (KEEPERS[:2], KEEPERS[1:], [KEEPERS[2], KEEPERS[0]]):
        assert recording.unseal(case, child, pair, author="bo", reason="parents wait")[0]["identity_name"] == names[3]
    for pair in ([KEEPERS[0], KEEPERS[0]], [KEEPERS[0], ("Wu", "a passphrase of Lin")], [KEEPERS[0], ("X", "y")]):
        with pytest.raises(UsageError):
            recording.unseal(case, child, pair, author="bo", reason="alone")
    with pytest.raises(UsageError, match="say why"):
        recording.unseal(case, child, KEEPERS[:2], author="bo", reason=" ")
    ledger = case.open_ledger()
    asked = [payload for _, payload in ledger.events("audit") if payload["what"] == "unsealing asked"]
    ledger.close()
    assert len(asked) == 6 and asked[0]["keepers"] == ["Lin", "Wu"]
    recording.undo(case, done.batch, author="ann", reason="wrong file")
    assert recording.entries_of(case) == []
    with pytest.raises(UsageError, match="no identity"):
        recording.unseal(case, child, KEEPERS[:2], author="bo", reason="after undo")


def test_what_was_sealed_in_an_undone_batch_can_be_read_by_nobody(case):
    recording.appoint_keepers(case, KEEPERS, author="ann")
    done = take(case, "kind,subject,status,date,document,name\nchild,1,rescued,2014-02-19,d,甲乙丙\n")
    entry = recording.entries_of(case)[0]
    recording.undo(case, done.batch, author="ann", reason="")
    from ringtrace.store.keys import key_folder
    from ringtrace.store.sealing import Vault

    vault = Vault(key_folder(), next((key_folder() / "vaults").iterdir()).name)
    with pytest.raises(UsageError, match="undone"):
        vault.unseal(entry.record.subject, entry.sealed, KEEPERS[:2])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["child", "suspect"]), st.integers(1, 4),
        st.sampled_from(["reported", "rescued", "reunited", "detained", "charged", "convicted"]),
        st.integers(1, 28),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_undo_is_exact(case, first, second):
    def text(rows):
        return HEAD + "".join(f"{k},{n},{s},2014-02-{d:02},510000,d\n" for k, n, s, d in rows)

    def state():
        return [entry.record for entry in recording.entries_of(case)]

    take(case, text(first))
    before = state()
    done = take(case, text(second))
    if done.batch:
        recording.undo(case, done.batch, author="bo", reason="test")
    assert state() == before
    again = take(case, text(second))
    assert [(f.row, f.level, f.words) for f in again.findings] == [(f.row, f.level, f.words) for f in done.findings]
    for batch in recording.batches_of(case):
        if not batch.undone:
            recording.undo(case, batch.number, author="bo", reason="test")
    assert state() == []


EVENTS = st.lists(
    st.tuples(st.sampled_from(rules("child").statuses), st.dates().map(lambda d: f"2014-{d.month:02}-{d.day:02}")),
    max_size=8,
)


@given(EVENTS)
def test_what_a_history_lets_in_never_breaks_its_own_order(events):
    histories, kept = Histories(), []
    for at, (status, day) in enumerate(events):
        record = Record(f"r{at}", "child", "child-x", status, day, "", "", RecordSource("document", "d"))
        if not histories.judge(record).refusal:
            histories.add(record)
            kept.append((status, day))
    if any(status == "reported" for status, _ in kept):
        return
    for earlier, later in rules("child").order:
        first = [day for status, day in kept if status in earlier]
        last = [day for status, day in kept if status in later]
        assert not first or not last or max(first) <= min(last)
    assert all(sum(status == once for status, _ in kept) <= 1 for once in rules("child").once)


def test_whom_an_actor_proposed_a_second_person_confirms(case):
    done = recording.add_record(
        case,
        {
            "kind": "suspect",
            "subject": "1",
            "status": "identified",
            "date": "2014-02-01",
            "document": "d",
            "actor": "actor-1",
        },
        author="ann",
        today=TODAY,
    )
    subject = recording.entries_of(case)[0].record.subject
    with pytest.raises(UsageError, match="a second person"):
        recording.confirm(case, subject, "confirmed", author="ann", today=TODAY, reason="")
    with pytest.raises(UsageError, match="not proposed"):
        recording.confirm(case, "suspect-nobody", "confirmed", author="bo", today=TODAY, reason="")
    assert recording.confirm(case, subject, "confirmed", author="bo", today=TODAY, reason="met him") > done.batch


@pytest.mark.slow
def test_ten_thousand_records_go_in_within_five_seconds(case):
    text = HEAD + "".join(
        f"{'child' if n % 4 == 0 else 'suspect'},{n},{'rescued' if n % 4 == 0 else 'seized'},2014-02-19,510000,Report {n % 50}\n"
        for n in range(10_000)
    )
    clock = time.process_time()
    done = take(case, text)
    assert done.records == 10_000
    assert time.process_time() - clock < 5


@pytest.mark.parametrize(
    ("word", "format_", "day"),
    [("2014-02-19", "", "2014-02-19"), ("2014/2/9", "", "2014-02-09"), ("20140219", "", "2014-02-19"), ("2014年2月", "", "2014-02"),
     ("2014", "", "2014"), ("2014-02-19T00:00:00", "", "2014-02-19"), ("19/02/2014", "%d/%m/%Y", "2014-02-19"), ("x", "%d/%m/%Y", ""),
     ("99", "", "")],
)  # fmt: skip
def test_dates_of_cells(word, format_, day):
    assert read_date(word, format_) == day


def test_partial_dates_have_a_first_and_a_last_day():
    assert (earliest_day("2014"), latest_day("2014"), earliest_day("2014-02"), latest_day("2014-02")) == (
        "2014-01-01", "2014-12-31", "2014-02-01", "2014-02-31"
    )  # fmt: skip


def test_the_data_names_only_statuses_that_exist_and_every_status_has_words():
    for kind in KINDS:
        known = set(rules(kind).statuses)
        used = {s for pair in rules(kind).order for side in pair for s in side} | rules(kind).once
        used |= {s for pair in rules(kind).against for s in pair} | set(rules(kind).needs)
        assert used <= known
        assert all(read_status(kind, status.replace("_", " ")) == status for status in known)
    assert all(count.statuses <= set(rules(count.kind).statuses) for count in counts())


@pytest.mark.slow
def test_the_commands_speak(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    folder = str(Case.create(tmp_path / "c").folder)
    table = tmp_path / "t.csv"
    table.write_text(HEAD + "child,1,rescued,2014-02-19,510000,d\nchild,1,rescued,2014-02-20,510000,d\n")
    run = CliRunner().invoke
    done = run(app, ["record", folder, "import", str(table), "--by", "ann"])
    assert done.exit_code == 3 and "a second “rescued”" in done.stdout and "undo" in done.stdout
    batch = json.loads(run(app, ["record", folder, "list", "--json"]).stdout)["batches"][0]["number"]
    assert run(app, ["record", folder, "undo", str(batch)]).exit_code == 0
    shown = run(app, ["record", folder, "list"]).stdout
    assert "undone by event" in shown and "child-" not in shown
    added = run(
        app,
        [
            "record",
            folder,
            "add",
            "--kind",
            "suspect",
            "--subject",
            "4",
            "--status",
            "detained",
            "--date",
            "2014-02-19",
            "--document",
            "d",
        ],
    )
    assert added.exit_code == 0, added.output
    for command in ("import", "add", "confirm", "undo", "list", "keepers", "unseal"):
        assert f"Example: ringtrace record mycase {command}" in " ".join(
            run(app, ["record", folder, command, "--help"]).stdout.split()
        )
    asked = run(app, ["record", folder, "keepers", "Lin", "Wu"], input="passphrase one\npassphrase two\n")
    assert asked.exit_code == 0 and "one alone cannot" in asked.stdout
