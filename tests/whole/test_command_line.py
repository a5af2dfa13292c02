"""The command line: the same verbs, data on stdout, words on stderr, exit codes, and the JSON contracts."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from orderkit.cli import main
from orderkit.formats import formats


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def export(tmp_path):
    """An All Orders file with two good lines and one bad one."""
    row = {
        "amazon-order-id": "",
        "purchase-date": "2026-11-01T10:00:00+00:00",
        "last-updated-date": "2026-11-02T10:00:00+00:00",
        "order-status": "Shipped",
        "item-status": "Shipped",
        "sku": "MUG",
        "quantity": "1",
        "currency": "USD",
        "item-price": "",
    }
    rows = [
        row | {"amazon-order-id": f"111-0000000-000000{n}", "item-price": price}
        for n, price in enumerate(("12.50", "4.99", "4,99"))
    ]
    file = tmp_path / "orders.txt"
    file.write_text("\n".join("\t".join(line) for line in [row, *(cells.values() for cells in rows)]) + "\n")
    return file


def test_load_json_is_the_contract(tmp_path, export):
    result = run("load", export, "--db", tmp_path / "shop.duckdb", "--json")
    assert result.exit_code == 1  # done, but a line was set aside
    (file,) = json.loads(result.stdout)["files"]
    assert file == {
        "file": "orders.txt",
        "format": "amazon_all_orders",
        "state": "loaded",
        "lines": 3,
        "loaded": 2,
        "duplicates": 0,
        "superseded": 0,
        "quarantined": 1,
        "quarantined_lines": [4],
        "money": {"USD": "17.49"},
        "reason": None,
    }
    again = run("load", export, "--db", tmp_path / "shop.duckdb", "--json")
    (same,) = json.loads(again.stdout)["files"]
    assert (again.exit_code, same["state"], same["lines"], same["duplicates"]) == (1, "unchanged", 3, 2)
    assert (same["loaded"], same["quarantined_lines"]) == (0, [4])


def test_load_says_where_and_why_without_the_value(tmp_path, export):
    result = run("load", export, "--db", tmp_path / "shop.duckdb")
    said = "line 4, column item-price: is no amount with at most two decimals, in the way this file writes them (looks like 9,99)"
    assert said in result.stdout
    assert "4,99" not in result.stdout


def test_exit_codes(tmp_path, export):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert run("load", other, "--db", tmp_path / "shop.duckdb").exit_code == 3
    assert run("load", tmp_path / "nowhere", "--db", tmp_path / "shop.duckdb").exit_code == 2
    assert run("load").exit_code == 2
    missing = run("todo", "--db", tmp_path / "none.duckdb")
    assert (missing.exit_code, missing.stdout) == (4, "")
    assert "Load some exports first" in missing.stderr
    assert run("report", export, "--sample").exit_code == 2


def test_a_folder_of_unknown_files_is_listed_not_refused(tmp_path, export):
    (tmp_path / "in").mkdir()
    export.rename(tmp_path / "in" / "orders.txt")
    (tmp_path / "in" / "photo.csv").write_text("a,b\n1,2\n")
    result = run("load", tmp_path / "in", "--db", tmp_path / "shop.duckdb")
    assert result.exit_code == 1
    assert "photo.csv: skipped: is no known export." in result.stdout


def test_verbs_on_the_sample(sample_db):
    order = "114-0830925-8690326"
    of_the_shop = [["todo"], ["today"], ["exposure"], ["returns"], ["losses"], ["health"]]
    for verb in [*of_the_shop, ["explain", order], ["ask", order, "--request", "cancel"]]:
        plain, machine = run(*verb, "--db", sample_db), run(*verb, "--db", sample_db, "--json")
        assert plain.exit_code == machine.exit_code == 0, (verb, plain.output)
        assert plain.stdout.strip()
        assert json.loads(machine.stdout)["rows"] is not None


def test_exposure_by_line_or_by_order_and_by_the_rules_of_another_pack(sample_db):
    def told(verb, *options):
        return json.loads(run(verb, "--db", sample_db, "--json", *options).stdout)

    assert {row["grain"] for row in told("exposure")["rows"]} == {"lines"}
    orders = told("exposure", "--grain", "order")
    assert {row["grain"] for row in orders["rows"]} == {"orders"}
    assert "orders past the promised day" in orders["headline"]
    assert run("exposure", "--db", sample_db, "--grain", "parcel").exit_code == 2
    article = told("exposure", "--pack", "article-2021")
    assert [row["claim_window_not_known"] for row in article["rows"]] == [row["past_promise"] for row in article["rows"]]
    assert any("the rules article-2021" in line for line in article["how"])
    assert told("health", "--pack", "article-2021")["headline"] == "No limit is known for the marketplaces of these orders."
    assert told("health", "--pack", "amazon") == told("health")
    assert run("health", "--db", sample_db, "--pack", "nobody").exit_code == 2


def test_ask_with_supposed_facts(sample_db):
    def ask(*arguments):
        return run("ask", "114-0830925-8690326", "--db", sample_db, "--request", *arguments)

    result = ask("not_received", "--fact", "tracking=lost", "--fact", "insured=yes")
    assert "look_in_seller_central" in result.stdout  # whether the marketplace refunded already is not told
    assert ask("gift").exit_code == 2
    assert ask("cancel", "--fact", "nonsense").exit_code == 2


def test_names_that_do_not_exist(sample_db):
    order = run("explain", "999", "--db", sample_db)
    assert order.exit_code == 2
    assert "No order is called '999' in this shop." in order.stderr
    measure = run("measure", "late_line", "--db", sample_db)
    assert measure.exit_code == 2
    assert "Known: " in measure.stderr
    assert "late_open" in measure.stderr
    week = run("report", "--week", "2031-W01", "--db", sample_db)
    assert week.exit_code == 2
    assert "2026-W46" in week.stderr


def test_measures_formats_sql_and_doctor(sample_db):
    listed = run("measure", "--db", sample_db).stdout
    assert "status_counts: " in listed
    rows = json.loads(run("measure", "status_counts", "--by", "channel", "--db", sample_db, "--json").stdout)
    assert {row["channel"] for row in rows} == {"FBM", "FBA"}
    assert [row["format"] for row in json.loads(run("formats", "--json").stdout)] == list(formats())
    count = "SELECT count(*) AS n FROM order_lines WHERE channel = $c"
    counted = json.loads(run("sql", count, "--value", "c=FBM", "--db", sample_db, "--json").stdout)
    assert counted[0]["n"] > 1000
    doctor = run("doctor", "--db", sample_db)
    assert doctor.exit_code == 0
    assert "12 files loaded" in doctor.stdout
    assert "missing" in doctor.stdout


def test_help_imports_nothing_heavy():
    """--help must answer at once: neither duckdb nor pandas nor the notebook machinery is imported for it."""
    code = (
        "import sys\nfrom orderkit.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('duckdb', 'pandas', 'plotly', 'nbconvert', 'papermill', 'yaml', 'sqlglot')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith("[]")
    assert "report" in result.stdout
    assert "today" in result.stdout
