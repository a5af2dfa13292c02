"""The words that stand out in what buyers of one product wrote, against those of its category: counts alone, no model.

What may tell who wrote a comment is taken out before anything is counted, and a term of fewer than 3 orders is never shown, so
that a name that slips through does not show. A buyer with three orders could still bring it there: comments stay personal data.

Words are runs of letters, so languages that write spaces work alike. French and Italian articles before an apostrophe go. Nothing
is stemmed: "broke" and "broken" are two words. Japanese, which writes no spaces, is cut where its scripts change: runs of
katakana, runs of kanji, one kanji with the sign after it; words in hiragana alone are not seen, and none is brought to its plain
form. Chinese comes out as whole runs between marks, Thai as runs of letters: neither is cut into words. Names are known by what
stands before them (in Japanese: behind) and by a capital letter, in English, German, French, Spanish and Italian; one that
stands alone, or is in another language, is a word like others. Capitalised words right behind a name go with it.
"""

import re
import unicodedata

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

STANDS_OUT, ORDERS = 2.5, 3  # the z from which on a term is shown, and the orders it must be in
COLUMNS = ["term", "z", "log_odds", "orders", "elsewhere"]
END = "\x1e"  # after every text; to a pattern it is space, so that nothing without space reaches into the next text
BREAK = "\ue001"  # where no pair of words reaches across; no letter, no space
GREETINGS = (
    "hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|best|best wishes|sincerely|yours|love"
    "|my name is|name is|i am called|i'm called|this is|mr|mrs|ms|miss|mister|dr|attn"
    "|hallo|guten tag|guten morgen|liebe|lieber|liebes|sehr geehrte|sehr geehrter|danke|gruß|gruss|grüße|grüsse|grüßen"
    "|herr|herrn|frau|mein name ist|ich heiße|ich heisse|mfg|lg|vg"
    "|bonjour|bonsoir|salut|cher|chère|merci|cordialement|bien à vous|monsieur|madame|mademoiselle|mme|mlle|je m'appelle"
    "|mon nom est|hola|buenos días|buenas tardes|estimado|estimada|querido|querida|gracias|saludos|atentamente|señor|señora"
    "|señorita|sr|sra|srta|me llamo|mi nombre es|soy"
    "|ciao|salve|buongiorno|buonasera|gentile|caro|cara|grazie|saluti|signor|signora|signore|mi chiamo|il mio nome è|sono"
)
ENDINGS = "com|net|org|info|biz|shop|de|uk|fr|es|it|nl|eu|io|jp"
KANJI, KATAKANA, HIRAGANA = r"\u3400-\u9fff\u3005", r"\u30a1-\u30fa\u30fc", r"\u3041-\u3096"
CJK = rf"\u3040-\u30ff{KANJI}"
LETTER = rf"[^\W\d_{CJK}]"
NAME = rf"(?-i:[^\W\d_a-zß-öø-ÿ{CJK}]){LETTER}*(?:['.-]{LETTER}+)*"  # begins with a letter that is no small one
LINKS = r"\b(?:van|von|der|den|de|da|del|la|le|di|dos|ter|zu|and|und|et|y|e)\b"
SPACE = r"[ \t\r\n]"  # without END
# in this order: what is longer goes first; all are replaced by a break
REMOVED = [
    r"\[[a-z ]{1,20}\]",  # what an earlier step put in place of something personal
    rf"(?<![\w.%+'-])[\w.%+'-]+{SPACE}*(?:@|[(\[{{]at[)\]}}]){SPACE}*[\w-]+(?:{SPACE}*(?:\.|[(\[{{](?:dot|punkt)[)\]}}]){SPACE}*[\w-]+)+",
    rf"\b(?:https?|ftp)://\S+|\bwww\.\S+|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:{ENDINGS})\b(?![@\w])(?:/\S*)?",
    r"\B@\w[\w.-]*",
    r"\b[a-z]?\d{2,3}-\d{7}-\d{7}\b",  # orders
    r"\b(?=\d*[^\W\d])(?:[^\W\d]*\d){3}\w*",  # letters and three digits or more: parcels, coupons
    r"\+?\(?\d(?:[ ()./\u2013-]{0,3}\d){3,}",  # phones, dates, account and article numbers
    rf"\b(?:{GREETINGS})\b[ ,.:!\t\r\n]*{NAME}(?:[ .]+(?:{LINKS}{SPACE}+)*{NAME}){{0,3}}",
    rf"[{KANJI}{KATAKANA}]{{1,6}}(?:様|さん|氏|くん|ちゃん)",
]
ELISION = r"\b(?:[ldnsjmtc]|qu|un|dell|nell|all|sull|dall|quell|lorsqu|jusqu|puisqu)'(?=[^\W\d_])"
WORD = rf"{LETTER}+(?:['-]{LETTER}+)*|[{KATAKANA}]{{2,}}|[{KANJI}]{{2,}}|[{KANJI}][{HIRAGANA}]"
TOKEN = rf"{WORD}|{END}|[^\w\s]|[\d_{CJK}]"  # all but space that is no word keeps the words beside it apart


def keywords(texts, orders, other_texts, other_orders, *, least_z=STANDS_OUT, least_orders=ORDERS):
    """The words and pairs of words that stand out in `texts`: a frame of COLUMNS, the most telling first.

    texts, orders: what was written of the product, and the order of each text (None: not known, all such count as one order);
    other_texts, other_orders: the same of the rest of its category. For many products of one category, make the terms once, by
    `term_orders`, and give each product's rows and the others to `standing_out`, which says what the columns are.

    >>> here, there = ["The zip broke"] * 9 + ["too small"], ["too small"] * 30 + ["the lid is loose"] * 30
    >>> keywords(here, range(10), there, range(60))["term"].tolist()
    ['broke', 'the zip', 'zip', 'zip broke']
    """
    if least_orders < ORDERS:
        raise BadValue(
            f"A term must be in at least {ORDERS} orders, so that no name of a buyer shows; {least_orders} is too few."
        )
    return standing_out(
        term_orders(texts, orders), term_orders(other_texts, other_orders), least_z=least_z, least_orders=least_orders
    )


def standing_out(here, there, *, least_z=STANDS_OUT, least_orders=ORDERS):
    """The terms that stand out here: a frame of COLUMNS, the most telling first, from two frames of `term_orders`.

    term: in small letters; z and log_odds: how much more often than there, z above `least_z`; orders, elsewhere: how many orders
    use the term, here (at least `least_orders`, never fewer than 3) and there. A term counts once per order, however often it is
    said. Empty where a side has no word.

    References
    ----------
    Monroe, Colaresi, Quinn (2008), Fightin' words, Political Analysis 16:372-403.
    """
    if least_orders < ORDERS:
        raise BadValue(
            f"A term must be in at least {ORDERS} orders, so that no name of a buyer shows; {least_orders} is too few."
        )
    counts = pd.concat([here["term"].value_counts(), there["term"].value_counts()], axis=1, keys=["orders", "elsewhere"])
    counts = counts.fillna(0.0)
    if not counts["orders"].any() or not counts["elsewhere"].any():
        return pd.DataFrame(columns=COLUMNS)
    log_odds, z = weighted_log_odds(counts["orders"], counts["elsewhere"])
    frame = counts.astype(int).assign(z=z, log_odds=log_odds).rename_axis("term").reset_index()
    frame = frame[(frame["z"] > least_z) & (frame["orders"] >= least_orders)]
    return frame.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)[COLUMNS]


def weighted_log_odds(here, there):
    """(log odds ratio, z) of each term from its counts here and there: arrays; above 0 where a term is more usual here.

    Each side's odds have the prior counts of a Dirichlet law with the frequencies of both together, worth as many terms as the
    smaller side has; z is over the standard error sqrt(1 / (here + prior) + 1 / (there + prior)).

    >>> ratio, z = weighted_log_odds([8, 2], [5, 5])
    >>> ratio.round(2).tolist(), z.round(2).tolist()  # log(14.5 / 5.5) - log(11.5 / 8.5); over sqrt(1 / 14.5 + 1 / 11.5)
    ([0.67, -0.67], [1.69, -1.22])
    """
    here, there = np.asarray(here, dtype=float), np.asarray(there, dtype=float)
    if here.shape != there.shape or (here < 0).any() or (there < 0).any() or not here.sum() or not there.sum():
        raise BadValue("Counts of terms are numbers from 0 on, one of each side per term, and neither side may be empty.")
    both = here + there
    worth = min(here.sum(), there.sum())
    prior = worth * both / both.sum()
    sides = [(side + prior, side.sum() + worth) for side in (here, there)]
    with np.errstate(divide="ignore", invalid="ignore"):  # a term that is all there is has no odds
        ratio = np.subtract(*[np.log(part / (whole - part)) for part, whole in sides])
        z = ratio / np.sqrt(1 / sides[0][0] + 1 / sides[1][0])
    return np.nan_to_num(ratio, posinf=0, neginf=0), np.nan_to_num(z, posinf=0, neginf=0)


def term_orders(texts, orders, products=None):
    """Which terms (words and pairs of neighbours) each order uses: a frame of term, order (a number) and product, no row twice.

    One order, and one product if any are given, per text; otherwise BadValue. A text that is missing has no terms.
    """
    texts = pd.Series(list(texts), dtype=object)
    order = pd.factorize(pd.Series(list(orders), dtype=object))[0]
    product = pd.Series([None] * len(texts) if products is None else list(products), dtype=object)
    if not len(texts) == order.size == product.size:
        raise BadValue(f"{len(texts)} texts need as many orders and products, not {order.size} and {product.size}.")
    word, text, names = _words(texts)
    kept = np.flatnonzero(word >= 0)
    pair = kept[:-1][np.diff(kept) == 1]
    terms = pd.DataFrame({"first": np.concatenate([word[kept], word[pair]]), "at": text[np.concatenate([kept, pair])]})
    terms["second"] = np.concatenate([np.full(kept.size, -1), word[pair + 1]])
    kinds = pd.factorize(product)[0]
    terms = terms.assign(order=order[terms["at"]], kind=kinds[terms["at"]])
    terms = terms.drop_duplicates(["first", "second", "order", "kind"])
    both = np.append(" " + names, "")  # -1, no second word, is the last
    term = np.append(names, "")[terms["first"]] + both[terms["second"]]
    return pd.DataFrame({"term": term, "order": terms["order"].to_numpy(), "product": product.to_numpy()[terms["at"]]})


def cleaned(text):
    """A text without mails, phones, links, orders and other long numbers, and names behind a greeting or a title.

    It takes too much rather than too little: the word after "Thanks" goes if it has a capital letter.

    >>> cleaned("Hi Anna Smith, the zip broke, call 0151 2345678").replace(BREAK, "*")
    ' * , the zip broke, call  * '
    """
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    for pattern in REMOVED:
        text = re.sub(pattern, f" {BREAK} ", text, flags=re.IGNORECASE)
    return re.sub(ELISION, " ", text, flags=re.IGNORECASE)


def _words(texts):
    """Of all texts one after the other: the number of each word (-1 where there is a mark or an end), its text, and the words."""
    plain = texts.where(texts.notna(), "").astype(str).str.replace(f"[{END}{BREAK}]", " ", regex=True)
    found = np.array(re.findall(TOKEN, cleaned(END.join([*plain, ""])).lower()), dtype=object)
    code, names = pd.factorize(found)
    real = np.array([len(name) > 1 and bool(re.fullmatch(WORD, name)) for name in names], dtype=bool)
    text = np.cumsum(np.append(0, found == END))[: found.size]
    word = np.where(real[code], code, -1) if found.size else np.zeros(0, dtype=int)
    return word, text, np.asarray(names, dtype=object)
