-- The canonical tables: what every layer above the store reads. Names are a contract.
-- A moment is TIMESTAMPTZ (an instant; sessions run in UTC). A day is DATE, as the export states it.
-- Money is DECIMAL(18,2) in `currency`; NULL is "not known", never zero.

CREATE TABLE IF NOT EXISTS marketplaces (
    marketplace VARCHAR PRIMARY KEY, zone VARCHAR, currency VARCHAR, country VARCHAR, language VARCHAR, tax_included BOOLEAN
);
COMMENT ON TABLE marketplaces IS 'one row per marketplace known to orderkit';
COMMENT ON COLUMN marketplaces.marketplace IS 'site name in lower case, for example amazon.de; source: marketplaces.yaml';
COMMENT ON COLUMN marketplaces.zone IS 'IANA time zone in which the marketplace counts its days';
COMMENT ON COLUMN marketplaces.currency IS 'ISO 4217 currency in which the marketplace trades';
COMMENT ON COLUMN marketplaces.country IS 'ISO 3166 country whose public holidays apply';
COMMENT ON COLUMN marketplaces.language IS 'ISO 639 language of the site';
COMMENT ON COLUMN marketplaces.tax_included IS 'whether the prices in order exports include sales tax or VAT';

CREATE TABLE IF NOT EXISTS calendar (
    marketplace VARCHAR, day DATE, week DATE, iso_week VARCHAR, month DATE, business_day BOOLEAN, business_day_index INTEGER,
    PRIMARY KEY (marketplace, day)
);
COMMENT ON TABLE calendar IS 'one row per marketplace and day; weeks and business days come from here, never from date functions';
COMMENT ON COLUMN calendar.marketplace IS 'site name in lower case; source: marketplaces';
COMMENT ON COLUMN calendar.day IS 'calendar day of the marketplace zone';
COMMENT ON COLUMN calendar.week IS 'Monday of the ISO week that holds the day';
COMMENT ON COLUMN calendar.iso_week IS 'ISO week as text, for example 2026-W46';
COMMENT ON COLUMN calendar.month IS 'first day of the month that holds the day';
COMMENT ON COLUMN calendar.business_day IS 'Monday to Friday and no public holiday in the country of the marketplace; source: the holidays package';
COMMENT ON COLUMN calendar.business_day_index IS 'number of business days up to and with this day; a difference of two indexes counts business days';

CREATE TABLE IF NOT EXISTS order_lines (
    account VARCHAR NOT NULL, order_id VARCHAR NOT NULL, line VARCHAR NOT NULL, order_item_id VARCHAR, sku VARCHAR, occurrence INTEGER,
    asin VARCHAR, product_name VARCHAR,
    ordered_at TIMESTAMPTZ, ordered_at_grain VARCHAR, status VARCHAR, status_as_exported VARCHAR, delivery_outcome VARCHAR, channel VARCHAR,
    units INTEGER, item_price DECIMAL(18,2), item_tax DECIMAL(18,2), shipping_price DECIMAL(18,2), discounts DECIMAL(18,2),
    currency VARCHAR, tax_included BOOLEAN,
    ship_by TIMESTAMPTZ, deliver_by TIMESTAMPTZ, deliver_by_before_extension TIMESTAMPTZ, buyer_cancel_requested BOOLEAN,
    marketplace VARCHAR, country VARCHAR, region VARCHAR, buyer VARCHAR,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE order_lines IS 'one row per order line; key: account, order_id, line';
COMMENT ON COLUMN order_lines.account IS 'seller account, as named at load';
COMMENT ON COLUMN order_lines.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN order_lines.line IS 'key of the line within its order: the order item id where one was seen, else the SKU, with #2, #3 ... for a SKU that stands more than once in the order';
COMMENT ON COLUMN order_lines.order_item_id IS 'marketplace number of the order line; NULL where no export with it was loaded';
COMMENT ON COLUMN order_lines.sku IS 'seller SKU';
COMMENT ON COLUMN order_lines.occurrence IS 'which of several lines with the same SKU in one order; 1 for nearly all; numbered by content, a function of all observations';
COMMENT ON COLUMN order_lines.asin IS 'catalogue number of the marketplace';
COMMENT ON COLUMN order_lines.product_name IS 'listing title as exported';
COMMENT ON COLUMN order_lines.ordered_at IS 'moment of purchase; where the export gives only a day: the start of that day in the marketplace zone';
COMMENT ON COLUMN order_lines.ordered_at_grain IS 'moment or day: how exactly the export tells ordered_at';
COMMENT ON COLUMN order_lines.status IS 'pending, unshipped, partially_shipped, shipped, cancelled; NULL where not known';
COMMENT ON COLUMN order_lines.status_as_exported IS 'status text of the export, unchanged';
COMMENT ON COLUMN order_lines.delivery_outcome IS 'what the order status tells about delivery (India): delivered, lost, damaged, returning, returned, rejected, in_transit; NULL where the status does not tell';
COMMENT ON COLUMN order_lines.channel IS 'FBM (the seller ships) or FBA (the marketplace ships)';
COMMENT ON COLUMN order_lines.units IS 'units on the line now; a cancelled line may say 0';
COMMENT ON COLUMN order_lines.item_price IS 'price of the goods of the whole line, before promotions, in currency; with or without tax as tax_included says';
COMMENT ON COLUMN order_lines.item_tax IS 'tax on the goods as exported, in currency';
COMMENT ON COLUMN order_lines.shipping_price IS 'shipping charged for the line, in currency';
COMMENT ON COLUMN order_lines.discounts IS 'promotions on goods and shipping as a positive amount to take off, in currency';
COMMENT ON COLUMN order_lines.currency IS 'ISO 4217 currency of all money on the line; where an export leaves it empty (many cancelled lines) that of the marketplace';
COMMENT ON COLUMN order_lines.tax_included IS 'whether the prices include sales tax or VAT; source: marketplaces';
COMMENT ON COLUMN order_lines.ship_by IS 'latest ship moment: the end of a day in the marketplace zone';
COMMENT ON COLUMN order_lines.deliver_by IS 'latest delivery moment promised to the buyer: the end of a day in the marketplace zone';
COMMENT ON COLUMN order_lines.deliver_by_before_extension IS 'the promise before the marketplace extended it; NULL where no export tells';
COMMENT ON COLUMN order_lines.buyer_cancel_requested IS 'the buyer asked through the official way to cancel';
COMMENT ON COLUMN order_lines.marketplace IS 'site name in lower case, for example amazon.de; NULL where the export does not tell';
COMMENT ON COLUMN order_lines.country IS 'ISO 3166 country of the ship-to address';
COMMENT ON COLUMN order_lines.region IS 'first three characters of the ship-to postcode; the rest is dropped at the door';
COMMENT ON COLUMN order_lines.buyer IS 'pseudonym: the same buyer has the same one, and without the key beside the database nobody can tell whose it is; NULL unless asked for at load';
COMMENT ON COLUMN order_lines.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN order_lines.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN order_lines.seen_in IS 'formats that told of the line, comma separated';

CREATE TABLE IF NOT EXISTS parcels (
    account VARCHAR NOT NULL, parcel VARCHAR NOT NULL, order_id VARCHAR, carrier VARCHAR, service VARCHAR, tracking VARCHAR,
    shipped_at TIMESTAMPTZ, confirmed_at TIMESTAMPTZ, first_scan_at TIMESTAMPTZ, last_scan_at TIMESTAMPTZ, delivered_at TIMESTAMPTZ,
    outcome VARCHAR, state_at TIMESTAMPTZ, label_cost DECIMAL(18,2), protected BOOLEAN, declared_value DECIMAL(18,2), insured BOOLEAN,
    premium DECIMAL(18,2), currency VARCHAR, named BOOLEAN, reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE parcels IS 'one row per parcel; key: account, parcel. Where no export names the parcel (named = false) one row stands for each shipped order line';
COMMENT ON COLUMN parcels.account IS 'seller account, as named at load';
COMMENT ON COLUMN parcels.parcel IS 'key: tracking number, else order:ORDER for an untracked parcel of a tracking file, else line:ORDER/LINE where only an order status tells of it';
COMMENT ON COLUMN parcels.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN parcels.carrier IS 'carrier as exported';
COMMENT ON COLUMN parcels.service IS 'carrier service as exported';
COMMENT ON COLUMN parcels.tracking IS 'tracking number; empty text where the parcel is known to have none; NULL where not known';
COMMENT ON COLUMN parcels.shipped_at IS 'moment of hand-over to the carrier as the seller states it';
COMMENT ON COLUMN parcels.confirmed_at IS 'moment of the shipment confirmation to the marketplace';
COMMENT ON COLUMN parcels.first_scan_at IS 'first carrier scan';
COMMENT ON COLUMN parcels.last_scan_at IS 'newest carrier scan';
COMMENT ON COLUMN parcels.delivered_at IS 'carrier scan of delivery';
COMMENT ON COLUMN parcels.outcome IS 'delivered, lost, damaged, returning, returned, rejected, in_transit, unknown';
COMMENT ON COLUMN parcels.state_at IS 'moment at which the carrier stated the newest state';
COMMENT ON COLUMN parcels.label_cost IS 'cost of the label, in currency';
COMMENT ON COLUMN parcels.protected IS 'the marketplace protects the seller against not-received claims on this label';
COMMENT ON COLUMN parcels.declared_value IS 'value declared to the carrier, in currency';
COMMENT ON COLUMN parcels.insured IS 'cover was bought for this parcel';
COMMENT ON COLUMN parcels.premium IS 'price paid for cover of this parcel, in currency; NULL where not told';
COMMENT ON COLUMN parcels.currency IS 'ISO 4217 currency of label_cost, declared_value and premium';
COMMENT ON COLUMN parcels.named IS 'true where an export names the parcel; false for a row derived from an order status';
COMMENT ON COLUMN parcels.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN parcels.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN parcels.seen_in IS 'formats that told of the parcel, comma separated';

CREATE TABLE IF NOT EXISTS parcel_lines (
    account VARCHAR NOT NULL, parcel VARCHAR NOT NULL, order_id VARCHAR NOT NULL, line VARCHAR NOT NULL
);
COMMENT ON TABLE parcel_lines IS 'one row per parcel and order line in it; a parcel known only by its order holds all lines of the order';
COMMENT ON COLUMN parcel_lines.account IS 'seller account, as named at load';
COMMENT ON COLUMN parcel_lines.parcel IS 'key of the parcel';
COMMENT ON COLUMN parcel_lines.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN parcel_lines.line IS 'key of the line within its order';

CREATE TABLE IF NOT EXISTS returns (
    account VARCHAR NOT NULL, return_id VARCHAR NOT NULL, order_id VARCHAR NOT NULL, line VARCHAR, order_item_id VARCHAR, sku VARCHAR, asin VARCHAR,
    rma VARCHAR, fnsku VARCHAR, requested_at DATE, received_at DATE, reason VARCHAR, reason_as_exported VARCHAR, reason_group VARCHAR, usual_cause VARCHAR,
    units INTEGER, status VARCHAR, disposition VARCHAR, stock_status VARCHAR, comments VARCHAR, in_policy BOOLEAN, resolution VARCHAR,
    label_payer VARCHAR, label_cost DECIMAL(18,2), refunded DECIMAL(18,2), order_amount DECIMAL(18,2), currency VARCHAR, a_to_z_claim BOOLEAN,
    safe_t_claim VARCHAR, safe_t_state VARCHAR, safe_t_reimbursed DECIMAL(18,2),
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE returns IS 'one row per return authorisation line; key: account, return_id';
COMMENT ON COLUMN returns.account IS 'seller account, as named at load';
COMMENT ON COLUMN returns.return_id IS 'key: RMA number, SKU or order item id, occurrence';
COMMENT ON COLUMN returns.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN returns.line IS 'key of the order line, NULL where the order is not in the loaded exports or the line cannot be told';
COMMENT ON COLUMN returns.order_item_id IS 'marketplace number of the order line, where the export has it';
COMMENT ON COLUMN returns.sku IS 'seller SKU';
COMMENT ON COLUMN returns.asin IS 'catalogue number of the marketplace';
COMMENT ON COLUMN returns.rma IS 'return authorisation number; for FBA the number on the unit''s own sticker (LPN)';
COMMENT ON COLUMN returns.fnsku IS 'SKU of the fulfilment network (FBA)';
COMMENT ON COLUMN returns.requested_at IS 'day on which the buyer asked for the return, as exported';
COMMENT ON COLUMN returns.received_at IS 'day on which the return parcel reached the seller, as exported';
COMMENT ON COLUMN returns.reason IS 'reason code without its CR- or RO_ prefix, upper case';
COMMENT ON COLUMN returns.reason_as_exported IS 'reason code as exported';
COMMENT ON COLUMN returns.reason_group IS 'group of the reason, for example fit_style; unmapped where the code is not in reasons.yaml';
COMMENT ON COLUMN returns.usual_cause IS 'who usually causes a return with this code: seller, carrier, buyer, marketplace, unclear; a code is what the buyer claims';
COMMENT ON COLUMN returns.units IS 'units in this return line';
COMMENT ON COLUMN returns.status IS 'status of the request as exported, lower case: approved, pending approval, declined, completed, closed, cancelled';
COMMENT ON COLUMN returns.disposition IS 'inspected condition as the marketplace states it (FBA)';
COMMENT ON COLUMN returns.stock_status IS 'what became of the unit as the marketplace states it (FBA)';
COMMENT ON COLUMN returns.comments IS 'what the buyer wrote, scrubbed; NULL unless comments were asked for at load';
COMMENT ON COLUMN returns.in_policy IS 'the marketplace says that the return is within its policy';
COMMENT ON COLUMN returns.resolution IS 'how it was resolved, as exported: StandardRefund, RefundAtFirstScan ...';
COMMENT ON COLUMN returns.label_payer IS 'who pays the return label: Customer, Seller, Amazon';
COMMENT ON COLUMN returns.label_cost IS 'cost of the return label, in currency';
COMMENT ON COLUMN returns.refunded IS 'refund so far as the returns export states it, in currency; empty in many real rows: not a zero';
COMMENT ON COLUMN returns.order_amount IS 'value of the order as the returns export states it, in currency';
COMMENT ON COLUMN returns.currency IS 'ISO 4217 currency of the money on this row';
COMMENT ON COLUMN returns.a_to_z_claim IS 'an A-to-z claim exists';
COMMENT ON COLUMN returns.safe_t_claim IS 'SAFE-T claim number';
COMMENT ON COLUMN returns.safe_t_state IS 'SAFE-T claim state as exported';
COMMENT ON COLUMN returns.safe_t_reimbursed IS 'money granted on the SAFE-T claim, in currency';
COMMENT ON COLUMN returns.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN returns.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN returns.seen_in IS 'formats that told of the return, comma separated';

CREATE TABLE IF NOT EXISTS requests (
    account VARCHAR NOT NULL, request VARCHAR NOT NULL, order_id VARCHAR NOT NULL, order_item_id VARCHAR, sku VARCHAR, kind VARCHAR,
    asked_at TIMESTAMPTZ, answered_at TIMESTAMPTZ, official BOOLEAN, seller_agrees BOOLEAN,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE requests IS 'one row per message in which a buyer asks for something; key: account, request';
COMMENT ON COLUMN requests.account IS 'seller account, as named at load';
COMMENT ON COLUMN requests.request IS 'key: order, item or SKU, kind, moment';
COMMENT ON COLUMN requests.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN requests.order_item_id IS 'marketplace number of the order line, NULL where the request is about the whole order';
COMMENT ON COLUMN requests.sku IS 'seller SKU, NULL where the request is about the whole order';
COMMENT ON COLUMN requests.kind IS 'cancel, upgrade, address, not_received, return';
COMMENT ON COLUMN requests.asked_at IS 'moment of the message';
COMMENT ON COLUMN requests.answered_at IS 'moment of the seller''s answer; NULL while open';
COMMENT ON COLUMN requests.official IS 'asked through the marketplace''s own button, not by message alone';
COMMENT ON COLUMN requests.seller_agrees IS 'the seller is willing to do what is asked at own cost';
COMMENT ON COLUMN requests.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN requests.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN requests.seen_in IS 'formats that told of the request, comma separated';

CREATE TABLE IF NOT EXISTS inspections (
    account VARCHAR NOT NULL, inspection VARCHAR NOT NULL, order_id VARCHAR NOT NULL, order_item_id VARCHAR, sku VARCHAR,
    inspected_at DATE, state VARCHAR, grade VARCHAR, photo BOOLEAN,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE inspections IS 'one row per returned item that the seller looked at; key: account, inspection';
COMMENT ON COLUMN inspections.account IS 'seller account, as named at load';
COMMENT ON COLUMN inspections.inspection IS 'key: order, item or SKU, day';
COMMENT ON COLUMN inspections.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN inspections.order_item_id IS 'marketplace number of the order line, where known';
COMMENT ON COLUMN inspections.sku IS 'seller SKU';
COMMENT ON COLUMN inspections.inspected_at IS 'day of the inspection';
COMMENT ON COLUMN inspections.state IS 'original, used_damaged, incomplete, different';
COMMENT ON COLUMN inspections.grade IS 'grade that the seller gave';
COMMENT ON COLUMN inspections.photo IS 'a photo was taken';
COMMENT ON COLUMN inspections.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN inspections.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN inspections.seen_in IS 'formats that told of the inspection, comma separated';

CREATE TABLE IF NOT EXISTS money (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    order_id VARCHAR, order_item_id VARCHAR, sku VARCHAR, settlement_id VARCHAR, posted_at TIMESTAMPTZ, type VARCHAR,
    category VARCHAR, description VARCHAR, amount DECIMAL(18,2), currency VARCHAR, marketplace VARCHAR, units INTEGER,
    counts BOOLEAN,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE money IS 'one row per settlement or transaction line; key: account, row. Sum only rows with `counts`: the others tell again what a better export of the same settlement tells';
COMMENT ON COLUMN money.account IS 'seller account, as named at load';
COMMENT ON COLUMN money."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN money.order_id IS 'order number of the marketplace; NULL for money that is about no order';
COMMENT ON COLUMN money.order_item_id IS 'marketplace number of the order line, where the export has it';
COMMENT ON COLUMN money.sku IS 'seller SKU, where the export has it';
COMMENT ON COLUMN money.settlement_id IS 'number of the settlement or payout';
COMMENT ON COLUMN money.posted_at IS 'moment at which the marketplace booked it; where the export gives only a day: the start of that day';
COMMENT ON COLUMN money.type IS 'kind of transaction as exported';
COMMENT ON COLUMN money.category IS 'order, refund, fee, shipping_label, reimbursement, safe_t, a_to_z, chargeback, adjustment, transfer, advertising, subscription, tax, other; NULL where the words of the export are not known';
COMMENT ON COLUMN money.description IS 'detail as exported: amount description, fee name or title';
COMMENT ON COLUMN money.amount IS 'signed amount in currency: positive is paid to the seller';
COMMENT ON COLUMN money.currency IS 'ISO 4217 currency of amount; where the export has none that of the marketplace';
COMMENT ON COLUMN money.marketplace IS 'site name in lower case; NULL where the export does not tell';
COMMENT ON COLUMN money.units IS 'units that the line is about, where told';
COMMENT ON COLUMN money.counts IS 'true where the row is to be summed; false where a better export tells of the same settlement';
COMMENT ON COLUMN money.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN money.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN money.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS recoveries (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    order_id VARCHAR, order_item_id VARCHAR, sku VARCHAR, tracking VARCHAR, claim_id VARCHAR, source VARCHAR, kind VARCHAR,
    reason_as_exported VARCHAR, state VARCHAR, filed_at TIMESTAMPTZ, decided_at TIMESTAMPTZ, amount DECIMAL(18,2),
    currency VARCHAR, units INTEGER,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE recoveries IS 'one row per reimbursement or claim; key: account, row';
COMMENT ON COLUMN recoveries.account IS 'seller account, as named at load';
COMMENT ON COLUMN recoveries."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN recoveries.order_id IS 'order number of the marketplace, where told';
COMMENT ON COLUMN recoveries.order_item_id IS 'marketplace number of the order line, where told';
COMMENT ON COLUMN recoveries.sku IS 'seller SKU, where told';
COMMENT ON COLUMN recoveries.tracking IS 'tracking number of the parcel, where told';
COMMENT ON COLUMN recoveries.claim_id IS 'number of the claim or reimbursement';
COMMENT ON COLUMN recoveries.source IS 'who pays: carrier, insurer, marketplace, buyer';
COMMENT ON COLUMN recoveries.kind IS 'what happened: lost, damaged, missing_contents, delay, customer_return, correction, other; NULL where the words of the export are not known';
COMMENT ON COLUMN recoveries.reason_as_exported IS 'reason as exported';
COMMENT ON COLUMN recoveries.state IS 'filed, granted, denied, paid, reversed as far as the export tells; as exported where it is another word';
COMMENT ON COLUMN recoveries.filed_at IS 'moment or start of the day of filing';
COMMENT ON COLUMN recoveries.decided_at IS 'moment or start of the day of the decision or payment';
COMMENT ON COLUMN recoveries.amount IS 'signed amount in currency; negative where it was taken back';
COMMENT ON COLUMN recoveries.currency IS 'ISO 4217 currency of amount';
COMMENT ON COLUMN recoveries.units IS 'units it is about';
COMMENT ON COLUMN recoveries.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN recoveries.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN recoveries.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS stock_events (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    sku VARCHAR, fnsku VARCHAR, asin VARCHAR, happened_at TIMESTAMPTZ, kind VARCHAR, reason VARCHAR, units INTEGER,
    disposition VARCHAR, location VARCHAR, reference VARCHAR, starting INTEGER, ending INTEGER,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE stock_events IS 'one row per ledger or adjustment line; key: account, row. Several exports may tell of the same movement: see seen_in';
COMMENT ON COLUMN stock_events.account IS 'seller account, as named at load';
COMMENT ON COLUMN stock_events."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN stock_events.sku IS 'seller SKU';
COMMENT ON COLUMN stock_events.fnsku IS 'SKU of the fulfilment network';
COMMENT ON COLUMN stock_events.asin IS 'catalogue number of the marketplace';
COMMENT ON COLUMN stock_events.happened_at IS 'moment or start of the day of the movement';
COMMENT ON COLUMN stock_events.kind IS 'kind of movement in lower case: shipment, customer_return, adjustment, receipt, transfer, removal, replacement, balance ...';
COMMENT ON COLUMN stock_events.reason IS 'reason code as exported';
COMMENT ON COLUMN stock_events.units IS 'signed units: negative leaves the stock';
COMMENT ON COLUMN stock_events.disposition IS 'condition as exported';
COMMENT ON COLUMN stock_events.location IS 'fulfilment centre or country as exported';
COMMENT ON COLUMN stock_events.reference IS 'number that the export refers to: order, shipment, case';
COMMENT ON COLUMN stock_events.starting IS 'units before, where the export states a balance';
COMMENT ON COLUMN stock_events.ending IS 'units after, where the export states a balance';
COMMENT ON COLUMN stock_events.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN stock_events.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN stock_events.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS products (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    sku VARCHAR, asin VARCHAR, product_name VARCHAR, landed_cost DECIMAL(18,2), currency VARCHAR, vat_rate DECIMAL(18,6),
    resale_share DECIMAL(18,6), category VARCHAR, valid_from DATE,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE products IS 'one row per SKU and day from which its costs hold; key: account, row';
COMMENT ON COLUMN products.account IS 'seller account, as named at load';
COMMENT ON COLUMN products."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN products.sku IS 'seller SKU';
COMMENT ON COLUMN products.asin IS 'catalogue number of the marketplace';
COMMENT ON COLUMN products.product_name IS 'name as given';
COMMENT ON COLUMN products.landed_cost IS 'what one unit costs the seller on the shelf, in currency';
COMMENT ON COLUMN products.currency IS 'ISO 4217 currency of landed_cost';
COMMENT ON COLUMN products.vat_rate IS 'VAT or sales tax share of the price, for example 0.19';
COMMENT ON COLUMN products.resale_share IS 'share of the price that a returned unit still brings, 0 to 1';
COMMENT ON COLUMN products.category IS 'group of products as given';
COMMENT ON COLUMN products.valid_from IS 'first day on which the row holds; NULL: always';
COMMENT ON COLUMN products.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN products.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN products.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS tariffs (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    tariff VARCHAR, carrier VARCHAR, service VARCHAR, from_value DECIMAL(18,2), to_value DECIMAL(18,2), premium DECIMAL(18,2),
    premium_share DECIMAL(18,6), minimum DECIMAL(18,2), surcharge DECIMAL(18,2), included_cover DECIMAL(18,2),
    deductible DECIMAL(18,2), paid_share DECIMAL(18,6), currency VARCHAR, valid_from DATE,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE tariffs IS 'one row per step of a cover tariff; key: account, row';
COMMENT ON COLUMN tariffs.account IS 'seller account, as named at load';
COMMENT ON COLUMN tariffs."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN tariffs.tariff IS 'name of the tariff';
COMMENT ON COLUMN tariffs.carrier IS 'carrier it holds for; NULL: all';
COMMENT ON COLUMN tariffs.service IS 'service it holds for; NULL: all';
COMMENT ON COLUMN tariffs.from_value IS 'smallest parcel value of the step, in currency';
COMMENT ON COLUMN tariffs.to_value IS 'largest parcel value of the step, in currency; NULL: no end';
COMMENT ON COLUMN tariffs.premium IS 'price of the cover for one parcel, in currency';
COMMENT ON COLUMN tariffs.premium_share IS 'price as a share of the value, added to premium';
COMMENT ON COLUMN tariffs.minimum IS 'smallest price for one parcel, in currency';
COMMENT ON COLUMN tariffs.surcharge IS 'price added per parcel, in currency';
COMMENT ON COLUMN tariffs.included_cover IS 'cover that the service includes at no price, in currency';
COMMENT ON COLUMN tariffs.deductible IS 'part of each loss that is not paid, in currency';
COMMENT ON COLUMN tariffs.paid_share IS 'share of claims that are paid, 0 to 1';
COMMENT ON COLUMN tariffs.currency IS 'ISO 4217 currency of the step';
COMMENT ON COLUMN tariffs.valid_from IS 'first day on which the row holds; NULL: always';
COMMENT ON COLUMN tariffs.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN tariffs.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN tariffs.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS rates (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    "day" DATE, currency VARCHAR, to_currency VARCHAR, rate DECIMAL(18,6),
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE rates IS 'one row per day and pair of currencies; key: account, row';
COMMENT ON COLUMN rates.account IS 'seller account, as named at load';
COMMENT ON COLUMN rates."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN rates."day" IS 'day of the rate';
COMMENT ON COLUMN rates.currency IS 'ISO 4217 currency that is converted';
COMMENT ON COLUMN rates.to_currency IS 'ISO 4217 currency into which it is converted';
COMMENT ON COLUMN rates.rate IS 'units of to_currency for one unit of currency';
COMMENT ON COLUMN rates.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN rates.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN rates.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS feedback (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    order_id VARCHAR, given_on DATE, rating INTEGER, comments VARCHAR, answered BOOLEAN,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE feedback IS 'one row per feedback that a buyer left; key: account, row';
COMMENT ON COLUMN feedback.account IS 'seller account, as named at load';
COMMENT ON COLUMN feedback."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN feedback.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN feedback.given_on IS 'day of the feedback as exported';
COMMENT ON COLUMN feedback.rating IS '1 (worst) to 5';
COMMENT ON COLUMN feedback.comments IS 'what the buyer wrote, scrubbed; NULL unless comments were asked for at load';
COMMENT ON COLUMN feedback.answered IS 'the seller replied';
COMMENT ON COLUMN feedback.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN feedback.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN feedback.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS account_health (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    marketplace VARCHAR, metric VARCHAR, period_from DATE, period_to DATE, "count" INTEGER, "of" INTEGER, rate DECIMAL(18,6),
    target DECIMAL(18,6), status VARCHAR,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE account_health IS 'one row per marketplace, measure and period; key: account, row';
COMMENT ON COLUMN account_health.account IS 'seller account, as named at load';
COMMENT ON COLUMN account_health."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN account_health.marketplace IS 'site name in lower case, or the marketplace id where the site is not known';
COMMENT ON COLUMN account_health.metric IS 'name of the measure, for example late_shipment_rate';
COMMENT ON COLUMN account_health.period_from IS 'first day of the period';
COMMENT ON COLUMN account_health.period_to IS 'last day of the period';
COMMENT ON COLUMN account_health."count" IS 'events counted, for example orders shipped late';
COMMENT ON COLUMN account_health."of" IS 'out of how many';
COMMENT ON COLUMN account_health.rate IS 'rate as the marketplace states it, as a share';
COMMENT ON COLUMN account_health.target IS 'target as the marketplace states it, as a share';
COMMENT ON COLUMN account_health.status IS 'state as exported';
COMMENT ON COLUMN account_health.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN account_health.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN account_health.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS decisions (
    account VARCHAR NOT NULL, "row" VARCHAR NOT NULL,
    order_id VARCHAR, task VARCHAR, state VARCHAR, "at" TIMESTAMPTZ, amount DECIMAL(18,2), currency VARCHAR,
    reconstructed BOOLEAN, known_at TIMESTAMPTZ, seen_in VARCHAR
);
COMMENT ON TABLE decisions IS 'one row per thing the seller did about a task; key: account, row';
COMMENT ON COLUMN decisions.account IS 'seller account, as named at load';
COMMENT ON COLUMN decisions."row" IS 'key: export, its key columns, and the number of the copy where identical rows are genuine';
COMMENT ON COLUMN decisions.order_id IS 'order number of the marketplace';
COMMENT ON COLUMN decisions.task IS 'which task';
COMMENT ON COLUMN decisions.state IS 'done, ignored, claimed';
COMMENT ON COLUMN decisions."at" IS 'moment at which the seller said so';
COMMENT ON COLUMN decisions.amount IS 'amount that came of it, in currency';
COMMENT ON COLUMN decisions.currency IS 'ISO 4217 currency of amount';
COMMENT ON COLUMN decisions.reconstructed IS 'true where at this as-of only a later snapshot exists: state columns are blank';
COMMENT ON COLUMN decisions.known_at IS 'moment of the newest snapshot used';
COMMENT ON COLUMN decisions.seen_in IS 'format that told of the row';

CREATE TABLE IF NOT EXISTS own_formats (
    name VARCHAR PRIMARY KEY, description VARCHAR NOT NULL
);
COMMENT ON TABLE own_formats IS 'one row per format of the user''s own of which something was loaded: the database can be read without the folder it came from';
COMMENT ON COLUMN own_formats.name IS 'name of the format';
COMMENT ON COLUMN own_formats.description IS 'its YAML text';

CREATE SEQUENCE IF NOT EXISTS file_ids;
CREATE TABLE IF NOT EXISTS loads (
    file_id INTEGER PRIMARY KEY DEFAULT nextval('file_ids'), account VARCHAR NOT NULL, file VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, bytes BIGINT,
    format VARCHAR NOT NULL, encoding VARCHAR, loaded_at TIMESTAMPTZ, covers_from TIMESTAMPTZ, covers_to TIMESTAMPTZ,
    lines BIGINT, loaded BIGINT, duplicates BIGINT, superseded BIGINT, quarantined BIGINT, money VARCHAR, unknown_columns VARCHAR,
    comments BOOLEAN, buyers BOOLEAN
);
COMMENT ON TABLE loads IS 'one row per file and account: the ledger. lines = loaded + duplicates + superseded + quarantined';
COMMENT ON COLUMN loads.file_id IS 'number of the load in this database';
COMMENT ON COLUMN loads.account IS 'seller account, as named at load';
COMMENT ON COLUMN loads.file IS 'name of the file, without its folder';
COMMENT ON COLUMN loads.sha256 IS 'hash of the content (of a gz: of what is inside)';
COMMENT ON COLUMN loads.bytes IS 'size of the content in bytes (of a gz: of what is inside)';
COMMENT ON COLUMN loads.format IS 'name of the recognised format';
COMMENT ON COLUMN loads.encoding IS 'how the bytes were decoded';
COMMENT ON COLUMN loads.loaded_at IS 'moment of loading; nothing but the ledger knows it';
COMMENT ON COLUMN loads.covers_from IS 'oldest moment that the rows tell of';
COMMENT ON COLUMN loads.covers_to IS 'newest moment that the rows tell of: the data reaches up to here';
COMMENT ON COLUMN loads.lines IS 'records in the file';
COMMENT ON COLUMN loads.loaded IS 'records that brought something new';
COMMENT ON COLUMN loads.duplicates IS 'records whose content was known before';
COMMENT ON COLUMN loads.superseded IS 'records older than what is known of the same line; kept as history. Also those that an earlier purge keeps out; they are not kept';
COMMENT ON COLUMN loads.quarantined IS 'records set aside, each with its line in rejects';
COMMENT ON COLUMN loads.money IS 'JSON object: sum of the item price of the loaded records by currency';
COMMENT ON COLUMN loads.unknown_columns IS 'headers that the format does not know, comma separated; their values were not read';
COMMENT ON COLUMN loads.comments IS 'what buyers wrote was read, or the export has none of it; false: loading again with comments tells more';
COMMENT ON COLUMN loads.buyers IS 'pseudonyms of buyers were made, or the export has nothing to make them of; false: loading again with buyers tells more';

CREATE TABLE IF NOT EXISTS rejects (
    file_id INTEGER NOT NULL, line BIGINT NOT NULL, "column" VARCHAR, reason VARCHAR NOT NULL, shape VARCHAR
);
COMMENT ON TABLE rejects IS 'one row per record set aside: where it is and why, never what it says';
COMMENT ON COLUMN rejects.file_id IS 'number of the load';
COMMENT ON COLUMN rejects.line IS 'physical line of the file on which the record starts; the header is line 1';
COMMENT ON COLUMN rejects."column" IS 'header of the first column found wrong; NULL where the whole line is';
COMMENT ON COLUMN rejects.reason IS 'reason code; texts in store/reasons.yaml';
COMMENT ON COLUMN rejects.shape IS 'shape of the value: every digit 9, every letter a, at most 40 characters; never the value';

CREATE TABLE IF NOT EXISTS tombstones (
    kind VARCHAR NOT NULL, "key" VARCHAR, before TIMESTAMPTZ
);
COMMENT ON TABLE tombstones IS 'what was purged and must not come back with the next export';
COMMENT ON COLUMN tombstones.kind IS 'salt: the random text of this database that goes into every key; order: an order that was named; aged: an order that was too old (only its undated rows are kept out); before: what is older is kept out';
COMMENT ON COLUMN tombstones."key" IS 'start of the SHA-256 of salt, account and number of the order, parcel or customer. It does not tell the number, and fits none in another database; but who has this file and a number can find out whether it was purged. Of the kind before: the account it holds for, NULL for all';
COMMENT ON COLUMN tombstones.before IS 'the moment of the kind before';

CREATE TABLE IF NOT EXISTS purges (
    purged_at TIMESTAMPTZ NOT NULL, rule VARCHAR NOT NULL, orders BIGINT, first_week VARCHAR, last_week VARCHAR, "rows" VARCHAR,
    bytes_before BIGINT, bytes_after BIGINT, "proof" VARCHAR
);
COMMENT ON TABLE purges IS 'one row per purge: the receipt. It names no order';
COMMENT ON COLUMN purges.purged_at IS 'moment of the purge';
COMMENT ON COLUMN purges.rule IS 'what was to be removed: one order, or all that is older than a number of days';
COMMENT ON COLUMN purges.orders IS 'orders removed';
COMMENT ON COLUMN purges.first_week IS 'ISO week of the oldest of them';
COMMENT ON COLUMN purges.last_week IS 'ISO week of the newest of them';
COMMENT ON COLUMN purges."rows" IS 'JSON object: rows removed by table';
COMMENT ON COLUMN purges.bytes_before IS 'size of the database file before';
COMMENT ON COLUMN purges.bytes_after IS 'size of the rewritten file, before this row was added';
COMMENT ON COLUMN purges."proof" IS 'JSON object: numbers looked for, columns and bytes searched, finds (none, else nothing was purged)';
