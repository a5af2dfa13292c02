"""The words that stand out in what buyers of one product wrote, against those of its category: counts alone, no model.

What may tell who wrote a comment is taken out before anything is counted, and a term of fewer than 3 orders is never shown, so that
a name that slips through does not show either. One buyer with three orders could still bring it there: comments stay personal data.

Words are runs of letters, so languages that write spaces work alike; French and Italian articles before an apostrophe go, and there is
no stemming: "broke" and "broken" are two words. Japanese, which writes none, is cut where its scripts change: runs of katakana, runs
of kanji, and one kanji with the sign after it, so words in hiragana alone are not seen, and no word is brought to its plain form.
Chinese comes out as whole runs between marks, Thai as runs of letters: neither is cut into words.
"""

import re
import unicodedata

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

STANDS_OUT, ORDERS = 2.5, 3  # the z from which on a term is shown, and the orders it must be in
COLUMNS = ["term", "z", "log_odds", "orders", "elsewhere"]
END, BREAK = "\x1e", "\x1f"  # after every text; where a pair of words must not reach across
GREETINGS = (
    "hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|kind regards|best regards|best wishes|best|sincerely|yours|love"
    "|my name is|name is|i am called|this is|mr|mrs|ms|miss|mister|dr|attn"
    "|hallo|guten tag|guten morgen|liebe|lieber|liebes|sehr geehrte|sehr geehrter|danke|vielen dank|gruß|gruss|grüße|grüsse"
    "|grüßen|herr|herrn|frau|mein name ist|ich heiße|ich heisse|mfg|lg|vg"
    "|bonjour|bonsoir|salut|cher|chère|merci|cordialement|bien à vous|monsieur|madame|mademoiselle|mme|mlle|je m'appelle|mon nom est"
    "|hola|buenos días|buenas tardes|estimado|estimada|querido|querida|gracias|saludos|atentamente|señor|señora|señorita|sr|sra|srta"
    "|me llamo|mi nombre es|soy"
    "|ciao|salve|buongiorno|buonasera|gentile|caro|cara|grazie|saluti|cordiali saluti|distinti saluti|signor|signora|signore"
    "|mi chiamo|il mio nome è|sono"
)
CJK = r"\u3040-\u30ff\u3400-\u9fff々"
NAME = rf"(?-i:[^\W\d_a-zß-öø-ÿ{CJK}])[^\W\d_{CJK}]*(?:['.-][^\W\d_{CJK}]+)*"  # a letter that is no small one, and what follows
LINKS = r"\b(?:van|von|der|den|de|da|del|la|le|di|dos|ter|zu|and|und|et|y|e|&)\b"
# in this order: what is longer goes first; all are replaced by a break
REMOVED = [
    r"\[[\w ]{1,20}\]",  # what an earlier step put in place of something personal
    r"\b(?:https?|ftp)://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|info|biz|shop|de|uk|fr|es|it|nl|eu|io|jp)\b(?:/\S*)?",
    r"[\w.%+'-]+\s*(?:@|[(\[{]at[)\]}])\s*[\w-]+(?:\s*(?:\.|[(\[{](?:dot|punkt)[)\]}])\s*[\w-]+)+",
    r"\B@\w[\w.-]*",
    r"\b[a-z]?\d{2,3}-\d{7}-\d{7}\b",  # orders
    r"\+?\(?\d(?:[ ()./–-]{0,3}\d){3,}",  # phones, dates, account and article numbers
    r"\b(?=\w*\d\w*\d\w*\d)(?=\w*[^\W\d_])\w+\b",  # letters mixed with three digits or more: parcels, coupons
    rf"\b(?:{GREETINGS})\b[ ,.:!]*(?:{NAME}(?:[ .]+(?:{LINKS}\s+)*{NAME}){{0,3}})",
    rf"[\u3400-\u9fff々\u30a1-\u30faー{CJK}]{{1,6}}?(?:様|さん|氏|くん|ちゃん)",
]
ELISION = r"\b(?:[ldnsjmtc]|qu|un|dell|nell|all|sull|dall|quell|lorsqu|jusqu|puisqu)'(?=[^\W\d_])"
LETTER = rf"[^\W\d_{CJK}]"
WORD = rf"{LETTER}+(?:['-]{LETTER}+)*|[\u30a1-\u30faー]{{2,}}|[\u3400-\u9fff々]{{2,}}|[\u3400-\u9fff々][\u3041-\u3096]|{END}"
TOKEN = rf"{WORD}|[^\w\s'-]|[\u3040-\u9fff々]"  # all else but space and digits keeps the words beside it apart


def keywords(texts, orders, other_texts, other_orders, *, least_z=STANDS_OUT, least_orders=ORDERS):
    """The words and pairs of words that stand out in `texts`: a frame of COLUMNS, the most telling first.

    texts, orders: what was written of the product, and the order of each text (None: not known, all such count as one order);
    other_texts, other_orders: the same of the rest of its category. term: in small letters; z and log_odds: how much more often
    than in the others, above `least_z`; orders, elsewhere: how many orders use the term, here (at least `least_orders`) and there.
    A term counts once per order, however often it is said. The prior has the frequencies of both sides together, and is worth as
    many terms as the smaller side has. Empty where a side has no word.

    References
    ----------
    Monroe, Colaresi, Quinn (2008), Fightin' words, Political Analysis 16:372-403.

    >>> here, there = ["The zip broke"] * 9 + ["too small"], ["too small"] * 30 + ["the lid is loose"] * 30
    >>> keywords(here, range(10), there, range(60))["term"].tolist()
    ['broke', 'the zip', 'zip', 'zip broke']
    """
    if least_orders < ORDERS:
        raise BadValue(
            f"A term must be in at least {ORDERS} orders, so that no name of a buyer shows; {least_orders} is too few."
        )
    here, there = term_orders(texts, orders), term_orders(other_texts, other_orders)
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

    Each side's odds have the prior counts of a Dirichlet law with the frequencies of both together, worth the smaller side's size;
    z is over the standard error sqrt(1 / (here + prior) + 1 / (there + prior)).

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


def term_orders(texts, orders):
    """Which terms (words and pairs of neighbours) each order uses: a frame of term and order (a number), every pair once.

    Raises BadValue where there is not one order per text.
    """
    texts = pd.Series(list(texts), dtype=object)
    order = pd.factorize(pd.Series(list(orders), dtype=object))[0]
    if len(texts) != order.size:
        raise BadValue(f"{len(texts)} texts need as many order ids, not {order.size}: None where one is not known.")
    blob = cleaned(END.join(texts.where(texts.notna(), "").astype(str).str.replace(f"[{END}{BREAK}]", " ", regex=True)) + END)
    found = np.array(re.findall(TOKEN, blob.lower()), dtype=object)
    code, words = pd.factorize(found)
    text = np.cumsum(np.concatenate([[0], found == END]))[: found.size]
    is_word = np.array([bool(re.fullmatch(WORD, word)) and word != END and _long(word) for word in words], dtype=bool)
    kept = is_word[code]
    pair = np.flatnonzero(kept[:-1] & kept[1:])
    ones = pd.DataFrame({"first": code[kept], "second": -1, "order": order[text[kept]]})
    twos = pd.DataFrame({"first": code[pair], "second": code[pair + 1], "order": order[text[pair]]})
    terms = pd.concat([ones, twos]).drop_duplicates()
    names, second = pd.Series(words, dtype=object), terms["second"].to_numpy()
    term = names.iloc[terms["first"]].to_numpy()
    term = np.where(second >= 0, term + " " + names.iloc[np.maximum(second, 0)].to_numpy(), term) if term.size else term
    return pd.DataFrame({"term": term, "order": terms["order"].to_numpy()})


def cleaned(text):
    """A text without mails, phones, links, orders and other long numbers, and names behind a greeting or a title; the rest as it was.

    It takes too much rather than too little: the word after "Thanks" goes if it is capitalised.

    >>> cleaned("Hi Anna Smith, the zip broke, call 0151 2345678").replace(BREAK, "*")
    ' * , the zip broke, call  * '
    """
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    for pattern in REMOVED:
        text = re.sub(pattern, f" {BREAK} ", text, flags=re.IGNORECASE)
    return re.sub(ELISION, " ", text, flags=re.IGNORECASE)


def _long(word):
    """Whether a word has at least two letters, or is written without an alphabet."""
    return len(word) > 1 or not word.isalpha() or ord(word) > 0x3000
