"""policy update: a newer pack is checked, shown, put in force for one database, and taken back; packs found beside it."""

import json
import os
import sys

import pytest
from click.testing import CliRunner

import orderkit
from orderkit import policy
from orderkit.cli import main
from orderkit.errors import BadValue, PackError, UnknownName
from orderkit.policy import kept

PACKS = sys.modules["orderkit.policy.packs"]  # the module: the package has a function of that name
OWN = """\
pack: own
title: all mine
reviewed: 2026-11-20
answers: {wait: {meaning: do nothing yet}, look: {meaning: look for it}}
parameters:
  patience: {unit: day, applies_by: ordered_day, values: {2020-01-01: {value: 5, certainty: A, source: mine}}}
questions:
  late:
    of: order_lines
    rules:
      - {rule: late, when: "days_past_deliver_by > patience", then: look, who_pays: nobody, recovery_source: none, source: mine}
      - {rule: rest, when: "true", then: wait, who_pays: nobody, recovery_source: none, source: mine}
    examples:
      - {given: {ordered_day: 2026-06-01, days_past_deliver_by: 6}, expect: look}
      - {given: {ordered_day: 2026-06-01, days_past_deliver_by: 5}, expect: wait}
"""
NEWER = OWN.replace("2026-11-20", "2026-11-25").replace("value: 5", "value: 9")
NEWER = NEWER.replace("deliver_by: 6", "deliver_by: 10").replace("deliver_by: 5", "deliver_by: 9")
AMAZON = """\
extends: amazon
pack: amazon
title: newer rules
reviewed: 2027-01-15
answers: {ship_in_time: {meaning: "ship it, and smile"}}
questions:
  upgrade:
    rules:
      - {rule: willing, when: "seller_agrees", then: give_method_and_time, who_pays: nobody, recovery_source: none, source: mine}
    examples:
      - {given: {channel: FBM, handed_over: false, seller_agrees: true}, expect: give_method_and_time}
"""


@pytest.fixture
def db(sample_db, tmp_path):
    """The sample shop's database in a folder of its own, where nothing lies beside it."""
    (tmp_path / "home").mkdir()
    os.link(sample_db, tmp_path / "home" / "shop.duckdb")
    return tmp_path / "home" / "shop.duckdb"


@pytest.fixture
def own(tmp_path):
    """A user's folder of packs, with none in it yet."""
    return tmp_path / "packs"


@pytest.fixture
def file(tmp_path):
    """Writes a pack to a file that lies elsewhere."""

    def write(text, name="newer.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def call(*words, answer=None):
    """(exit code, what it prints, what it says beside) of `orderkit policy`."""
    done = CliRunner().invoke(main, ["policy", *map(str, words)], input=answer)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def at_terminal(monkeypatch):
    monkeypatch.setattr("orderkit.terminal.at_terminal", lambda: True)


# ---- a newer pack in place of the shipped one


def test_an_update_shows_what_it_changes_and_is_in_force_from_then_on(db, file):
    code, printed, said = call("update", file(AMAZON), "--db", db, "--yes")
    assert code == 0
    assert printed.startswith("amazon, reviewed 15 Jan 2027: newer rules. In force now: reviewed ")
    assert "ship_in_time: meaning: ship it, and smile (was: " in printed
    assert "willing: answer: give_method_and_time (was: ship_faster_at_own_cost)" in printed
    assert "orders differ in at least one question between amazon in force and amazon of newer.yaml" in printed
    assert "ship_faster_at_own_cost (rule willing) becomes give_method_and_time (rule willing)" in printed
    assert f"In force from {db.parent / 'packs' / 'amazon.yaml'}. To go back: orderkit policy update --undo amazon" in said
    shop = orderkit.open(db)
    assert (shop.pack.name, shop.pack.reviewed.isoformat()) == ("amazon", "2027-01-15")
    asked = shop.sql("SELECT order_id FROM line_facts WHERE seller_agrees AND NOT handed_over AND channel = 'FBM'")["order_id"][0]
    assert "give_method_and_time" in repr(shop.ask(asked, request="upgrade"))
    shop.close()
    assert policy.load_pack("amazon").title != "newer rules"  # for other databases nothing has changed


def test_the_money_and_the_lines_of_an_update_are_those_of_the_facts(db, file):
    told = json.loads(call("update", file(AMAZON), "--db", db, "--json")[1])
    assert (told["pack"], told["installed"]) == ("amazon", None)
    change = next(change for change in told["orders"]["changes"] if change["rule"] == "willing")
    shop = orderkit.open(db)
    rows = shop.sql("""
        SELECT currency, count(*) AS lines, CAST(sum(value) AS VARCHAR) AS money FROM line_facts
        WHERE seller_agrees AND NOT handed_over AND channel = 'FBM' GROUP BY currency
    """)
    shop.close()
    assert change["lines"] == rows["lines"].sum() > 0
    assert change["money"] == dict(zip(rows["currency"], rows["money"], strict=True))
    assert not (db.parent / "packs").exists()  # with --json nothing is written but with --yes


def test_show_tells_which_pack_is_in_force_and_whether_the_shipped_one_is_newer(db, own):
    assert policy.in_force("amazon", None)["words"].startswith("amazon is in force as orderkit ships it, reviewed ")
    packs = db.parent / "packs"
    packs.mkdir()
    (packs / "amazon.yaml").write_text(AMAZON.replace("2027-01-15", "2026-01-15"))
    words = f"amazon is in force from {packs / 'amazon.yaml'}, reviewed 15 Jan 2026, in place of the one that orderkit ships"
    code, printed, said = call("show", "--db", db)
    assert (code, printed.splitlines()[0].endswith(f"; from {packs / 'amazon.yaml'}")) == (0, True)
    assert said.startswith(words)
    assert "The shipped one is newer: to use it, move amazon.yaml out of its folder." in said
    assert call("show", "amazon", "--db", db)[1].startswith(words)
    assert json.loads(call("show", "amazon", "--db", db, "--json")[1])["place"] == str(packs / "amazon.yaml")
    assert [row["pack"] for row in json.loads(call("show", "--db", db, "--json")[1])] == policy.packs()


def test_a_pack_that_takes_the_place_of_a_shipped_one_is_what_others_extend(own):
    own.mkdir()
    (own / "amazon.yaml").write_text(AMAZON)
    (own / "mine.yaml").write_text("extends: amazon\n")
    assert policy.load_pack("mine", own).answers["ship_in_time"].meaning == "ship it, and smile"
    assert policy.load_pack(own / "mine.yaml").answers["ship_in_time"].meaning != "ship it, and smile"  # without the folder
    (own / "amazon.yaml").write_text(AMAZON.replace("then: give", "then: gve"))
    with pytest.raises(PackError, match=r"packs/amazon\.yaml, line 9"):
        policy.load_pack("mine", own)


# ---- what is refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AMAZON.replace("2027-01-15", "2020-01-15"), "reviewed: was reviewed 15 Jan 2020, before the pack in force, "),
        (AMAZON.replace('when: "seller_agrees"', 'when: "seller_agree"'), "seller_agree is no declared fact"),
        (AMAZON.replace("expect: give_method_and_time", "expect: decline_upgrade"), "an example fails"),
        (OWN.replace("_by: 6", "_by: 5"), "an example fails"),
        (OWN.replace('"true"', '"days_past_deliver_by > 99"'), "newer.yaml, line "),
    ],
)
def test_an_older_pack_or_one_that_fails_is_refused_and_nothing_is_written(db, file, text, message):
    code, printed, said = call("update", file(text), "--db", db, "--yes")
    assert (code, printed) == (3, "")
    assert message in said
    assert not (db.parent / "packs").exists()


def test_an_update_asks_and_takes_no_for_an_answer(db, file, at_terminal):
    code, printed, said = call("update", file(OWN), "--db", db, answer="n\n")
    assert (code, printed.startswith("own, reviewed 20 Nov 2026: all mine. There is none of that name yet.")) == (0, True)
    assert f"Put it in force for {db}?" in said
    assert said.endswith("Nothing was changed.\n")
    assert not (db.parent / "packs").exists()
    assert call("update", file(OWN), "--db", db, answer="y\n")[0] == 0
    assert (db.parent / "packs" / "own.yaml").read_text() == OWN


def test_without_a_terminal_yes_has_to_be_said(db, file):
    code, _, said = call("update", file(OWN), "--db", db)
    assert (code, "Say --yes where you mean it." in said) == (2, True)
    assert not (db.parent / "packs").exists()
    assert "FILE or --undo NAME" in call("update", "--db", db)[2]
    assert call("update", file(OWN), "--undo", "own", "--db", db)[0] == 2


def test_without_a_database_it_says_that_no_orders_were_compared(tmp_path, file):
    db = tmp_path / "none.duckdb"
    call("update", file(OWN), "--db", db, "--yes")
    code, printed, _ = call("update", file(NEWER), "--db", db, "--yes")
    assert code == 0
    assert "9 days, since 1 Jan 2020 (certainty A; mine); was: 5 days, since 1 Jan 2020 (certainty A; mine)" in printed
    assert f"There is no database {db}, so no orders were compared." in printed
    assert not db.exists()
    assert (tmp_path / "packs" / "own.previous.yaml").read_text() == OWN


def test_what_is_in_force_already_is_not_installed_again(own, file, tmp_path):
    policy.offer(file(OWN), own).install()
    assert policy.offer(file(OWN), own).is_there
    code, printed, said = call("update", own / "own.yaml", "--db", tmp_path / "none.duckdb", "--yes")
    assert (code, said) == (0, "")
    assert "It is in force already, word for word." in printed
    assert not (own / "own.previous.yaml").exists()
    shipped = PACKS.text_in_force("article-2021")
    assert policy.offer(file(shipped), own).is_there  # installed, it would hide the next one that orderkit ships


def test_a_pack_mends_one_that_is_refused(own, file):
    own.mkdir()
    (own / "own.yaml").write_text(OWN.replace("value: 5", "value: five"))
    found = policy.offer(file(NEWER), own)
    assert "It replaces one that is refused: packs/own.yaml, line 6, parameters.patience" in found.headline
    found.install()
    assert policy.load_pack("own", own).title == "all mine"


def test_a_pack_in_the_folder_is_called_as_its_file(own, file):
    own.mkdir()
    (own / "other.yaml").write_text(OWN)
    with pytest.raises(PackError, match=r"packs/other\.yaml, pack: .*called 'own'.*or name the file own\.yaml"):
        policy.load_pack("other", own)
    with pytest.raises(UnknownName, match="Did you mean 'other'"):
        policy.load_pack("othr", own)
    assert "other: refused: " in call("show", "--db", own.parent / "none.duckdb")[1]


# ---- going back


def state(own):
    """The day of review of the pack in force, before it, and undone, by what the files say."""
    names = [own / f"own{word}.yaml" for word in ("", ".previous", ".undone")]
    return [name.read_text().split("reviewed: ")[1][:10] if name.exists() else None for name in names]


def test_the_one_before_is_kept_and_undo_puts_it_in_force(own, file):
    policy.offer(file(OWN), own).install()
    assert state(own) == ["2026-11-20", None, None]
    policy.offer(file(NEWER), own).install()
    assert state(own) == ["2026-11-25", "2026-11-20", None]
    assert policy.packs(own) == ["amazon", "article-2021", "own"]  # what was before is no pack of its own
    assert policy.undo("own", own).endswith(f"{own / 'own.yaml'}, reviewed 20 Nov 2026.")
    assert state(own) == ["2026-11-20", None, "2026-11-25"]
    with pytest.raises(BadValue, match=r"There is no pack own before the one in force.*Delete that file"):
        policy.undo("own", own)
    assert state(own) == ["2026-11-20", None, "2026-11-25"]


def test_undo_of_the_first_update_puts_the_shipped_one_in_force(db, file):
    call("update", file(AMAZON), "--db", db, "--yes")
    code, printed, _ = call("update", "--undo", "amazon", "--db", db, "--yes")
    assert (code, printed.startswith("amazon is in force as orderkit ships it, reviewed ")) == (0, True)
    code, _, said = call("update", "--undo", "amazon", "--db", db, "--yes")
    assert (code, "no update of it was installed" in said) == (2, True)
    assert (db.parent / "packs" / "amazon.undone.yaml").read_text() == AMAZON
    assert "No pack is called '../x'" in call("update", "--undo", "../x", "--db", db, "--yes")[2]


def test_an_undo_that_was_broken_off_is_finished_by_the_next(own, file):
    policy.offer(file(OWN), own).install()
    policy.offer(file(NEWER), own).install()
    (own / "own.yaml").replace(own / "own.undone.yaml")  # as far as it came
    policy.undo("own", own)
    assert state(own) == ["2026-11-20", None, "2026-11-25"]


def test_a_write_that_fails_leaves_the_pack_as_it_was(own, file, monkeypatch):
    policy.offer(file(OWN), own).install()
    found = policy.offer(file(NEWER), own)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.os, "fsync", full)
    with pytest.raises(BadValue, match=r"cannot be written \(No space left on device\)"):
        found.install()
    assert state(own) == ["2026-11-20", None, None]
    assert sorted(path.name for path in own.iterdir()) == [".own.checked", "own.yaml"]


# ---- what was checked is not checked again


@pytest.fixture
def checks(monkeypatch):
    """The names of the packs that are tried over all cases from now on."""
    seen = []
    right = PACKS.check
    monkeypatch.setattr(PACKS, "check", lambda pack: (seen.append(pack.name), right(pack)))
    PACKS._read_pack.cache_clear()
    yield seen
    PACKS._read_pack.cache_clear()


def again(name, own):
    """The pack as another process would load it: nothing is remembered but what lies in the folder."""
    PACKS._read_pack.cache_clear()
    return policy.load_pack(name, own)


def test_a_pack_is_tried_once_and_again_when_it_changes(own, checks):
    own.mkdir()
    (own / "own.yaml").write_text(OWN)
    assert [again("own", own).name for _ in range(3)] == ["own"] * 3
    assert checks == ["own"]
    (own / "own.yaml").write_text(NEWER)
    again("own", own)
    assert checks == ["own"] * 2
    (own / "own.yaml").write_text(OWN)  # one that was found good before, as after an undo
    again("own", own)
    assert checks == ["own"] * 2
    (own / "own.yaml").write_text(OWN.replace("value: 5", "value: 7"))
    again("own", own)
    assert checks == ["own"] * 3


def test_a_pack_that_is_refused_stays_refused(own, checks):
    own.mkdir()
    (own / "own.yaml").write_text(OWN.replace('"true"', '"days_past_deliver_by > 99"'))
    for _ in range(2):
        with pytest.raises(PackError):
            again("own", own)
    assert not (own / ".own.checked").exists()


def test_a_pack_is_tried_again_when_what_it_extends_changes_or_the_checks_do(own, checks, monkeypatch):
    own.mkdir()
    (own / "mine.yaml").write_text("extends: amazon\n")
    again("mine", own)
    again("mine", own)
    assert checks == ["mine"]
    (own / "amazon.yaml").write_text(AMAZON)
    again("mine", own)
    assert checks == ["mine", "amazon", "mine"]
    monkeypatch.setattr(kept, "_checks", lambda: b"those of another version")
    again("mine", own)
    assert checks == ["mine", "amazon", "mine", "amazon", "mine"]


def test_an_installed_pack_is_not_tried_again(own, file, checks):
    policy.offer(file(OWN), own).install()
    assert checks == ["own"]
    again("own", own)
    assert checks == ["own"]


def test_a_folder_that_takes_no_note_is_no_reason_not_to_answer(own, checks, monkeypatch):
    own.mkdir()
    (own / "own.yaml").write_text(OWN)

    def refuse(path, text):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kept, "write", refuse)
    assert again("own", own).name == again("own", own).name == "own"
    assert checks == ["own"] * 2


# ---- what is written differently


def test_differences_name_what_is_new_gone_and_other():
    first = policy.read_pack(OWN, "own.yaml")
    text = NEWER.replace("look: {meaning: look for it}", "search: {meaning: look for it}").replace("then: look", "then: search")
    text = text.replace("expect: look", "expect: search").replace("rule: rest", "rule: others")
    second = policy.read_pack(text, "own.yaml")
    assert policy.differences(first, first) == []
    assert policy.differences(first, second) == [
        ("answers", ["search: new: meaning: look for it; does: nothing by itself", "look: gone"]),
        (
            "values of patience",
            ["9 days, since 1 Jan 2020 (certainty A; mine); was: 5 days, since 1 Jan 2020 (certainty A; mine)"],
        ),
        (
            "rules of late",
            [
                "late: answer: search (was: look)",
                "others: new: answer: wait; when: true; who pays: nobody; recovered from: none; deadline: none; source: mine",
                "rest: gone",
            ],
        ),
    ]
