"""`%%orders` in an IPython shell: values are bound, frames kept, errors are one sentence, names are completed."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from orderkit import magic
from orderkit.errors import BadValue, DatabaseUnusable, UnknownName
from orderkit.shop import Shop


@pytest.fixture
def shell(tmp_path, monkeypatch, sample_shop):
    """A shell that keeps no history, with the extension loaded and the sample open as `shop`."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    settings = Config()
    settings.HistoryManager.enabled = False
    made = InteractiveShell(config=settings)
    made.run_line_magic("load_ext", "orderkit")
    made.user_ns["shop"] = sample_shop
    return made


def ran(shell, code):
    """What a cell gives; its exception where it fails."""
    result = shell.run_cell(code)
    result.raise_error()
    return result.result


def refused(shell, kind, code):
    with pytest.raises(kind) as problem:
        ran(shell, code)
    return str(problem.value)


def completed(shell, code):
    with provisionalcompleter():
        return {each.text for each in shell.Completer.completions(code, len(code))}


def test_a_cell_gives_a_plain_frame(shell, sample_shop):
    found = ran(shell, "%%orders\nSELECT count(*) AS lines FROM order_lines;")
    assert type(found) is pd.DataFrame
    assert found["lines"].item() == sample_shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item()


def test_values_are_bound_and_never_text_of_the_query(shell):
    shell.user_ns["hostile"] = "x' OR 1 = 1 --"
    for query in (
        "%%orders\nSELECT count(*) AS n FROM order_lines WHERE sku = $hostile",
        "%orders SELECT count(*) AS n FROM order_lines WHERE sku = $hostile",
    ):
        assert ran(shell, query)["n"].item() == 0
    assert ran(shell, "%orders SELECT $hostile AS said")["said"].item() == "x' OR 1 = 1 --"
    assert ran(shell, "%orders SELECT '{hostile} $hostile' AS said")["said"].item() == "{hostile} $hostile"


def test_the_line_form_gives_a_frame_to_a_name(shell):
    ran(shell, "mine = %orders shop SELECT 6 * 7 AS answer")
    assert shell.user_ns["mine"]["answer"].item() == 42
    assert ran(shell, "%%orders SELECT 6\n* 7 AS answer")["answer"].item() == 42


def test_out_keeps_the_frame_and_shows_none(shell, capsys):
    assert ran(shell, "%%orders -o late\nSELECT order_id, sku FROM order_lines LIMIT 3") is None
    assert capsys.readouterr().out == "late: 3 rows, 2 columns\n"
    assert list(shell.user_ns["late"].columns) == ["order_id", "sku"]


def test_as_of_shows_what_was_known_then(shell, sample_shop):
    past = sample_shop.as_of("2026-W30")
    expected = past.sql("SELECT count(*) AS n FROM order_lines")["n"].item()
    past.close()
    assert ran(shell, "%%orders shop --as-of 2026-W30\nSELECT count(*) AS n FROM order_lines")["n"].item() == expected


def test_which_shop(shell, sample_db, sample_shop, monkeypatch):
    shell.user_ns["another"] = sample_shop  # the same shop by two names is one shop
    assert ran(shell, "%orders SELECT 1 AS one")["one"].item() == 1
    shell.user_ns["past"] = past = Shop(sample_db, as_of="2026-W30", sample=True)
    assert "Several shops are open: another, past, shop. Say which" in refused(shell, BadValue, "%orders SELECT 1")
    past.close()
    for name in ("past", "another", "shop"):
        del shell.user_ns[name]
    monkeypatch.setenv("ORDERKIT_DB", str(sample_db))
    assert ran(shell, "%orders SELECT count(*) > 0 AS some FROM order_lines")["some"].item()
    assert ran(shell, f"%orders '{sample_db}' SELECT count(*) > 0 AS some FROM order_lines")["some"].item()
    assert "'shop' is neither an open Shop nor a database file. Open shops: none." in refused(
        shell, BadValue, "%orders shop SELECT 1"
    )
    assert "There is no database" in refused(shell, DatabaseUnusable, "%orders none.duckdb SELECT 1")


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("%orders SELECT $wek", BadValue, "no variable is called wek. Did you mean $week? Set it first: wek = ..."),
        ("%orders SELECT * FROM order_line", BadValue, 'Did you mean "order_lines"?'),
        ("%orders SELECT 1; SELECT 2", BadValue, "Only one SELECT can be run here"),
        ("%%orders\nDROP TABLE order_lines", BadValue, "Only one SELECT can be run here"),
        ("%orders -x SELECT 1", BadValue, "'-x' is not understood."),
        ("%orders -o 2late SELECT 1", BadValue, "'2late' is no name for a variable."),
        ("%orders -o", BadValue, "-o needs a word after it"),
        ("%orders", BadValue, "There is no query."),
        ("%orders --as-of someday SELECT 1", BadValue, "'someday' is no day or moment."),
        ("%orders SELECT $made", BadValue, "$made is a object. Only text, numbers, days, moments and lists"),
    ],
)
def test_errors_are_one_sentence_and_the_cell_fails(shell, capsys, code, kind, said):
    shell.user_ns |= {"week": "2026-W46", "made": object()}
    assert said in refused(shell, kind, code)
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert (shown.out + shown.err).startswith("orderkit: ")
    assert (shown.out + shown.err).count("\n") == 1


def test_what_can_be_bound():
    moment = pd.Timestamp("2026-11-01T10:00Z")
    assert magic.bindable("x", moment) == dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    assert magic.bindable("x", np.int64(3)) == 3
    assert magic.bindable("x", np.array([1, 2])) == [1, 2]
    assert magic.bindable("x", pd.Series(["a", None])) == ["a", None]
    assert magic.bindable("x", (Decimal("1.10"), pd.NaT, float("nan"))) == [Decimal("1.10"), None, None]
    with pytest.raises(BadValue, match=r"\$x is a dict"):
        magic.bindable("x", {})


def test_a_list_can_be_asked_for(shell, sample_shop):
    ids = sample_shop.sql("SELECT DISTINCT order_id FROM order_lines ORDER BY order_id LIMIT 3")["order_id"]
    shell.user_ns["ids"] = ids
    found = ran(shell, "%orders SELECT DISTINCT order_id FROM order_lines WHERE list_contains($ids, order_id) ORDER BY order_id")
    assert found["order_id"].tolist() == ids.tolist()


def test_tables_columns_shops_and_variables_are_completed(shell):
    shell.user_ns["site"] = "amazon.de"
    assert "order_lines" in completed(shell, "%%orders\nSELECT * FROM order_l")
    assert "order_item_id" in completed(shell, "%%orders shop\nSELECT order_it")
    assert "order_lines.sku" in completed(shell, "%%orders\nSELECT order_lines.sk")
    assert "o.sku" in completed(shell, "%%orders\nSELECT o.sk")
    assert "site" in completed(shell, "%%orders\nSELECT $si")
    assert "order_id" in completed(shell, "x = 1\nframe = %orders SELECT order_i")
    assert "order_lines" not in completed(shell, "order_l")


def test_names_of_measures_and_packs_are_completed(shell):
    assert completed(shell, "shop.measures.orders_by") == {"orders_by_week"}
    assert "orders_by_week" in completed(shell, "frame = shop.measure('orders_b")
    assert completed(shell, 'shop.measure("orders_by_we') == {"orders_by_week"}
    assert completed(shell, 'shop.compare("art') == {"article-2021"}
    assert completed(shell, "ok.open('x.duckdb', pack='ama") == {"amazon"}
    assert "orders_by_week" not in completed(shell, "print('orders_b")


def test_loading_twice_completes_once(shell):
    ran(shell, "%reload_ext orderkit")
    assert len([each for each in shell.Completer.custom_matchers if hasattr(each, "orderkit")]) == 1


def test_a_database_that_was_loaded_again_is_read_again(shell, tmp_path, monkeypatch):
    from orderkit import store
    from tests.store.exports import ALL_ORDERS, order_line, write

    db = tmp_path / "mine.duckdb"
    monkeypatch.setenv("ORDERKIT_DB", str(db))
    del shell.user_ns["shop"]
    for lines in (1, 2):
        store.load(write(tmp_path / f"{lines}.txt", ALL_ORDERS, [order_line(n, str(n)) for n in range(lines)]), db=db)
        assert ran(shell, "%orders SELECT count(*) AS n FROM order_lines")["n"].item() == lines


def test_an_unknown_name_keeps_its_kind(shell):
    shell.user_ns["site"] = "amazon.xx"
    assert "No marketplace" in refused(shell, UnknownName, "shop.exposure(marketplace=site)")
