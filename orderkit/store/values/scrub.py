"""Takes out of what a buyer wrote whatever may tell who they are: addresses, numbers, links, names behind the usual words.

It takes too much rather than too little: a date goes with the phone numbers. Names that stand alone cannot be told from other
words, so comments stay personal data even so: they are read only where they are asked for.
"""

# RE2 of DuckDB: no look around, so what stands before a word is caught and put back
BEFORE = r"(^|[^\p{L}\p{N}])"
APOSTROPHE, DASH = r"'\x{2019}", r"\x{2013}"
WORD = rf"[\p{{L}}{APOSTROPHE}.-]+"
NAME = rf"\p{{Lu}}[\p{{L}}{APOSTROPHE}-]*"
NAMES = rf"{NAME}(?:[ .]+(?:(?:van|von|der|den|de|da|del|la|le|di|dos|ter|zu)\s+)*{NAME}){{0,3}}"
CALLED = (
    "my name is|name is|i am called|i'm called|mr|mrs|ms|miss|mister|dr|mein name ist|ich heiße|ich heisse|herr|herrn|frau"
    "|je m'appelle|mon nom est|monsieur|madame|mme|mlle|me llamo|mi nombre es|señor|señora|sr|sra|mi chiamo|signor|signora"
    "|signore|meu nome é|mijn naam is|meneer|mevrouw"
)
SIGNED = "regards|sincerely|cheers|grüße|grüßen|gruß|grüsse|cordialement|saludos|saluti|atenciosamente|groeten|hälsningar"
SITES = (
    "whatsapp|telegram|instagram|insta|facebook|messenger|snapchat|snap|tiktok|twitter|signal|wechat|line|skype|paypal|venmo"
    "|kontakt|contact"
)
ENDINGS = r"com|net|org|info|biz|shop|store|de|co\.uk|uk|fr|es|it|nl|se|pl|eu|io|me|ly|gl|ru|cn|in|jp|br|ca|au"
ROADS = (  # behind the name
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|way|place|pl|boulevard|blvd|terrace|close|crescent|square|sq"
    "|highway|hwy|circle|cir|parkway|pkwy|trail|gardens|grove|mews|row|walk|quay"
)
ROADS_BEFORE = (
    "rue|avenue|boulevard|chemin|impasse|allée|quai|cours|calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|travessa|ulica|ul"
)
ROADS_WITHIN = (  # the end of the name's own word
    "straße|strasse|str|weg|platz|allee|gasse|ring|damm|ufer|steig|straat|laan|plein|gracht|kade|vägen|gatan|vej|gade"
)
FLAT = r"(?:,?\s*(?:apt|apartment|unit|suite|flat|no|nr)\b\.?\s*[\p{L}\p{N}-]+)?"
MAIL, DOMAIN = r"[\p{L}\p{N}._%+'-]+", r"[\p{L}\p{N}.-]+"
HANDLE = r"[\p{L}\p{N}_.]*[\p{N}_][\p{L}\p{N}_.]*"

# in this order: what is longer and surer goes first, so that what is left of it is not taken for something else
RULES = (
    (r"(?i)\b(?:https?|ftp)://\S+|\bwww\.\S+", "[link]"),
    (rf"(?i){MAIL}(?:@|\s*[(\[{{]at[)\]}}]\s*){DOMAIN}(?:\s*(?:\.|[(\[](?:dot|punkt)[)\]])\s*\p{{L}}{{2,}})+", "[email]"),
    (rf"(?i){MAIL}\s+at\s+[\p{{L}}\p{{N}}-]+\s+dot\s+\p{{L}}{{2,}}", "[email]"),
    (rf"(?i)\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{ENDINGS})\b(?:/\S*)?", "[link]"),
    (rf"(?i){BEFORE}(?:{SITES})\s*(?:is|ist|:|=|-|@|id|name|user)?\s*[:=]?\s*@?{HANDLE}", r"\1[handle]"),
    (r"@[\p{L}\p{N}_][\p{L}\p{N}_.-]+", "[handle]"),
    (r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b", "[number]"),  # bank accounts
    (r"(?i)\b[A-Z]?[0-9]{2,3}-[0-9]{7}-[0-9]{7}\b", "[order]"),
    (r"(?i)\b(?:[A-Z]{1,4}[0-9]{5,}[A-Z0-9]*|[0-9]+[A-Z]+[0-9]{4,}[A-Z0-9]*)\b", "[number]"),  # parcels
    (r"(?i)\b[A-Z0-9]*[0-9]{3,}[A-Z]+[A-Z0-9]*[0-9]{2,}[A-Z0-9]*\b", "[number]"),
    (r"\b[0-9](?:[ -]?[0-9]){12,18}\b", "[number]"),  # cards
    (rf"\+?\(?[0-9](?:[ ()./{DASH}-]{{0,3}}[0-9]){{6,}}", "[phone]"),
    (rf"(?i)\b[0-9]{{1,5}}\s*[a-z]?,?\s+(?:{WORD}\s+){{0,4}}(?:{ROADS})\b\.?{FLAT}", "[address]"),
    (rf"(?i)\b(?:{WORD}\s+){{0,2}}[\p{{L}}.-]*(?:{ROADS_WITHIN})\b\.?\s*[0-9]{{1,5}}(?:\s?[a-z])?\b", "[address]"),
    (
        rf"(?i)\b(?:[0-9]{{1,5}}\s*(?:bis|ter|[a-z])?,?\s+)?(?:{ROADS_BEFORE})\b\.?\s+(?:{WORD}\s+){{0,4}}{WORD},?\s*[0-9]{{0,5}}",
        "[address]",
    ),
    (r"(?i)\b(?:p\.?\s*o\.?\s*box|postfach|packstation|apartado|casella postale)\s*[0-9][0-9 ]*", "[address]"),
    (r"(?i)\b[A-Z]{1,2}[0-9][A-Z0-9]?\s?[0-9][A-Z]{2}\b", "[address]"),  # postcodes: Britain
    (r"(?i)\b[A-Z][0-9][A-Z]\s?[0-9][A-Z][0-9]\b", "[address]"),  # Canada
    (r"(?i)\b[0-9]{4}\s?[A-Z]{2}\b", "[address]"),  # the Netherlands
    (r"[0-9](?:[ -]?[0-9]){3,}", "[number]"),
    (rf"((?i:{BEFORE}(?:{CALLED}))\.?)\s+{NAMES}", r"\1 [name]"),
    (rf"((?i:{SIGNED})\s*[,.!]*)\s+{NAMES}\s*[.!]*\s*$", r"\1 [name]"),
)
NARROW = "0123456789@.-+"
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in NARROW)  # the same as Japanese keyboards write them


def sql(text):
    """SQL of a comment without what may tell who wrote it; an emptied one stays as the marks of what was in it."""
    made = f"translate(nfc_normalize({text}), '{WIDE}', '{NARROW}')"
    for pattern, mark in RULES:
        made = f"regexp_replace({made}, {_quoted(pattern)}, {_quoted(mark)}, 'g')"
    return made


def _quoted(words):
    return "'" + words.replace("'", "''") + "'"
