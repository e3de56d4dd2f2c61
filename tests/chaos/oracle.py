#!/usr/bin/env python3
"""What the campaigns' deployment must have published, computed a second time: from docs/semantics.md,
docs/events.md, docs/changes.md and docs/policy.md, and from nothing else of the program.

    oracle.py DUMP

DUMP has one JSON object a line: {"input": topic, "partition", "offset", "key", "value"} (bytes as
hexadecimal text, or null), {"entry": ...} (a record of the ledger as it is), {"change": text,
"partition"} and {"refused": code, "topic", "partition", "offset"}, each in the order of their
partitions. It repeats each lane along its ledger, customer by customer, and compares: that entries
tile the input, each unit's clock and counts, every refusal and its code, and every change and receipt
byte for byte. The policies are those that the ledger names; of their language it knows what
tests/chaos/policy.toml uses. Nothing said and exit code 0 beside the counts: all is the same.
"""

import bisect
import hashlib
import heapq
import json
import re
import sys
import tomllib
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

NEVER = float("inf")
I64_MAX = 2**63 - 1
EVENTS = ("purchase", "refund", "cancel", "restate", "view", "search", "cart", "visit")
COMMANDS = ("override", "erase", "merge", "unmerge")
KINDS = EVENTS + COMMANDS + ("profile", "heartbeat")
UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Refused(Exception):
    """A record that becomes a dead letter, with its code."""


def duration(text):
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)(ms|[dhms])", text))


def show_duration(ms):
    shown = ""
    for unit, length in UNITS.items():
        count, ms = divmod(ms, length)
        shown += f"{count}{unit}" if count else ""
    return shown or "0s"


def show_instant(ms):
    return (EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def show_money(units):
    whole, part = divmod(abs(units), 10_000)
    digits = f"{part:04d}"
    return ("-" if units < 0 else "") + f"{whole}." + digits[:2] + digits[2:].rstrip("0")


def murmur2(key):
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(key)) & mask
    whole = len(key) // 4 * 4
    for at in range(0, whole, 4):
        k = int.from_bytes(key[at:at + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ (k >> 24)) * m & mask)
    if key[whole:]:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return (h ^ (h >> 15)) & 0x7FFFFFFF


# --- Policies -----------------------------------------------------------------------------------

class Policy:
    def __init__(self, text):
        table = tomllib.loads(text)
        self.name, self.version = table["name"], table["version"]
        self.hash = hashlib.sha256(text.encode()).hexdigest()
        self.currency = table["currency"]
        self.time = {key: duration(value) for key, value in table["time"].items()}
        self.keep = duration(table["orders"]["keep"])
        self.most_quantity = int(table["clean"]["quantity"]["most"])
        self.features = table["feature"]
        for feature in self.features.values():
            window = feature.get("window")
            feature["ms"] = NEVER if window in (None, "lifetime") else duration(window)
        self.members = table["profile"]
        self.ladders = [(it["name"], [t["name"] for t in it["tier"]]) for it in table["ladder"]]
        self.tiers = dict(self.ladders)
        self.enter = {it["name"]: [self.rule(t.get("enter")) for t in it["tier"]] for it in table["ladder"]}
        self.stay = {it["name"]: [self.rule(t.get("keep", t.get("enter"))) for t in it["tier"]]
                     for it in table["ladder"]}
        self.maps = [(it["name"], [s["name"] for s in it["segment"]],
                      [self.rule(s.get("when")) for s in it["segment"]]) for it in table["map"]]
        # How long after an event time alone can still make a difference.
        self.reach = sorted({f["ms"] for f in self.features.values() if f["ms"] != NEVER})
        self.waits = set()
        for rules in (*self.enter.values(), *self.stay.values()):
            for kind, what, op, constant in (c for rule in rules for c in comparisons(rule)):
                if kind == "feature" and self.features.get(what, {}).get("aggregate") == "since_last":
                    self.waits |= {constant, constant + 1}

    def rule(self, rule):
        """As (all | any | not, parts) or (feature | ladder, name, op, constant)."""
        if rule is None:
            return ("all", [])
        if isinstance(rule, dict):
            (word, parts), = rule.items()
            return (word, [self.rule(part) for part in (parts if word != "not" else [parts])])
        name, op, constant = rule.split(" ", 2)
        if name in self.tiers:
            return ("ladder", name, op, self.tiers[name].index(constant))
        if name in self.members:
            return ("feature", name, op, constant == "true")
        feature = self.features[name]
        if feature["aggregate"] == "since_last":
            return ("feature", name, op, duration(constant))
        if feature["aggregate"] == "sum":
            return ("feature", name, op, int(Decimal(constant) * 10_000))
        return ("feature", name, op, int(constant))

    def show(self, name, value):
        if value is None or value == NEVER or isinstance(value, bool):
            return None if value == NEVER else value
        aggregate = self.features[name]["aggregate"]
        return {"sum": show_money, "since_last": show_duration}.get(aggregate, int)(value)


def comparisons(rule):
    if rule[0] in ("all", "any", "not"):
        return [leaf for part in rule[1] for leaf in comparisons(part)]
    return [rule]


def compare(value, op, constant):
    if value is None:
        return False
    return {">=": value >= constant, ">": value > constant, "<=": value <= constant,
            "<": value < constant, "=": value == constant}[op]


def holds(rule, values):
    if rule[0] == "all":
        return all(holds(part, values) for part in rule[1])
    if rule[0] == "any":
        return any(holds(part, values) for part in rule[1])
    if rule[0] == "not":
        return not holds(rule[1][0], values)
    _, name, op, constant = rule
    return compare(values[name], op, constant)


# --- Records ------------------------------------------------------------------------------------

# Fields of the contract: a second one of the same name makes it no JSON object of ours.
FIELDS = ("event_id customer_id kind occurred_at order_id currency amount amount_minor quantity margin discount "
          "category brand channel attrs by why reviewed ladder verb tier until of into").split()
WITH_TIER = ("set", "floor", "ceiling", "gift")
VERBS = WITH_TIER + ("freeze", "extend", "withdraw")


class Number(str):
    """A number of JSON, as it is written."""


def read_object(value):
    def pairs(found):
        names = [name for name, _ in found]
        if any(names.count(name) > 1 for name in FIELDS):
            raise Refused("not_json")
        return dict(found)
    try:
        found = json.loads(value.decode(), object_pairs_hook=pairs, parse_int=Number, parse_float=Number)
    except ValueError:
        raise Refused("not_json") from None
    return found


def text_of(event, name, needed=False):
    value = event.get(name)
    if value is not None and (not isinstance(value, str) or isinstance(value, Number)):
        raise Refused("wrong_type")
    if needed and not value:
        raise Refused("missing_field")
    return value


def instant(value):
    if isinstance(value, Number):
        return int(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        raise Refused("bad_time")
    return int((datetime.fromisoformat(value) - EPOCH) / timedelta(milliseconds=1))


def decimal(event, name):
    value = event.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise Refused("bad_amount")
    units = Decimal(value) * 10_000
    if units != int(units) or abs(units) > I64_MAX or (units < 0 and name != "margin"):
        raise Refused("bad_amount")
    return int(units)


def read(record, policy, lanes):
    """The event of a record, as docs/events.md has it."""
    value, key = record["value"], record["key"]
    if value is None:
        raise Refused("no_value")
    if len(value) > 65_536:
        raise Refused("too_large")
    event = read_object(value)
    customer, kind = [text_of(event, name, True) for name in ("event_id", "customer_id", "kind")][1:]
    if kind not in KINDS:
        raise Refused("unknown_kind")
    if event.get("occurred_at") is None:
        raise Refused("missing_field")
    at = instant(event["occurred_at"])
    text_of(event, "order_id", kind in ("cancel", "restate"))
    if (text_of(event, "currency") or policy.currency) != policy.currency:
        raise Refused("unknown_currency")
    paid, margin = decimal(event, "amount"), decimal(event, "margin") or 0
    if paid is None and kind in ("purchase", "refund", "restate"):
        raise Refused("missing_field")
    for name in ("category", "brand", "channel"):
        text_of(event, name)
    event |= {"at": at, "amount": paid or 0, "quantity": int(event.get("quantity") or 0), "margin": margin}
    for name in ("by", "why"):
        text_of(event, name, kind in COMMANDS)
    if kind == "override":
        read_override(event, at)
    text_of(event, "into", kind == "merge")
    if event["quantity"] > policy.most_quantity and event.get("reviewed") is not True:
        raise Refused("outlier")
    if not key:
        raise Refused("no_key")
    if key != customer.encode():
        raise Refused("key_mismatch")
    homes = {murmur2(it.encode()) % lanes for it in (customer, event.get("into") or customer)}
    return event | {"other_lane": len(homes) > 1}


def read_override(event, at):
    text_of(event, "ladder", True)
    verb = text_of(event, "verb", True)
    if verb not in VERBS or (event.get("tier") is not None) != (verb in WITH_TIER):
        raise Refused("wrong_type")
    until = event.get("until")
    if until is None and verb in ("extend", "gift"):
        raise Refused("missing_field")
    event["until"] = NEVER if until is None else instant(until)
    if event["until"] <= at:
        raise Refused("bad_time")


# --- Customers ----------------------------------------------------------------------------------

class Customer:
    def __init__(self, policy, versions):
        self.orders, self.seen, self.bought, self.ever = {}, [], [], 0
        self.unnamed = 0
        self.sums = [0, 0, 0]
        self.profile = {}
        self.overrides = []
        self.frontier = -NEVER
        self.given = {name: 0 for name, _ in policy.ladders}
        self.shown = dict(self.given)
        self.by = {}
        self.versions = versions
        self.moved = {}
        self.segments = {}
        self.changes = 0
        values = self.measure(policy, 0) | self.shown
        for name, _, rules in policy.maps:
            self.segments[name] = next(ix for ix, rule in enumerate(rules) if holds(rule, values))

    # What is known: `bought` and `seen` are ordered by instant.

    def buy(self, order_id, order):
        if order_id is None:
            self.unnamed += 1
            order_id = ("unnamed", self.unnamed)
        self.orders[order_id] = order
        bisect.insort(self.bought, (order["at"], len(self.bought), order), key=lambda it: it[:2])
        self.ever += counts(order)

    def restated(self, order, change):
        self.ever -= counts(order)
        change(order)
        self.ever += counts(order)

    def measure(self, policy, now):
        values = {name: self.profile.get(name, (0, None))[1] for name in policy.members}
        for name, feature in policy.features.items():
            after, aggregate = now - feature["ms"], feature["aggregate"]
            if aggregate == "since_last":
                last = next((at for at, _, order in reversed(self.bought) if at <= now and counts(order)), -NEVER)
                ix = bisect.bisect_right(self.seen, now)
                last = max(last, self.seen[ix - 1] if ix else -NEVER)
                values[name] = now - last
            elif feature["ms"] == NEVER:
                values[name] = self.ever
            elif feature["of"] == ["purchase"]:
                start = bisect.bisect_right(self.bought, after, key=lambda it: it[0])
                within = [order for at, _, order in self.bought[start:] if at <= now]
                values[name] = sum(map(amount if aggregate == "sum" else counts, within))
            else:
                values[name] = bisect.bisect_right(self.seen, now) - bisect.bisect_right(self.seen, after)
        return values

    # Judging, section 5.

    def counting(self, ladder, now):
        """Of each verb the override that counts."""
        of = {}
        for it in self.overrides:
            if it["ladder"] == ladder and it["until"] > now and (
                    it["verb"] not in of or it["at"] >= of[it["verb"]]["at"]):
                of[it["verb"]] = it
        return of

    def show(self, ladder, given, now):
        of = self.counting(ladder, now)
        for verb in ("freeze", "set"):
            if verb in of:
                return of[verb]["x"], of[verb]
        tier, by = given, None
        for verb in ("floor", "gift"):
            if verb in of and (of[verb]["x"] > tier or (by and of[verb]["x"] == tier)):
                tier, by = of[verb]["x"], of[verb]
        if "ceiling" in of and of["ceiling"]["x"] < tier:
            tier, by = of["ceiling"]["x"], of["ceiling"]
        return tier, by

    def place(self, policy, now):
        values = self.measure(policy, now)
        given, shown, by, segments = {}, {}, {}, {}
        for name, tiers in policy.ladders:
            c, enter, keep = self.given[name], policy.enter[name], policy.stay[name]
            e = max(k for k in range(len(tiers)) if k == 0 or holds(enter[k], values))
            if e < c and not holds(keep[c], values):
                e = next(k for k in range(c - 1, -1, -1) if k == e or holds(keep[k], values))
            given[name] = max(e, c) if e >= c or holds(keep[c], values) else e
            shown[name], by[name] = self.show(name, given[name], now)
        values |= shown
        for name, _, rules in policy.maps:
            segments[name] = next(ix for ix, rule in enumerate(rules) if holds(rule, values))
        return values, given, shown, by, segments

    def judge(self, lane, customer, now, cause, speaks_from=None):
        policy = lane.policy
        values, given, shown, by, segments = self.place(policy, now)
        for name, tiers in policy.ladders:
            old, c = self.shown[name], self.given[name]
            if shown[name] != old:
                rule = ("all", [])
                if given[name] != c:
                    rule = (policy.enter[name][given[name]] if given[name] > c else policy.stay[name][c])
                told = (by[name], True) if by[name] else (self.by.get(name), False)
                counting = self.counting(name, now).values()
                if not told[1] and any(it is told[0] for it in counting):
                    told = (None, False)
                way = "up" if shown[name] > old else "down"
                self.tell(lane, customer, now, cause, speaks_from, name, (tiers[old], tiers[shown[name]], way),
                          (rule, values), told)
        for name, places, rules in policy.maps:
            old, new = self.segments[name], segments[name]
            if new != old:
                decided = rules[new] if new + 1 < len(rules) else rules[old]
                self.tell(lane, customer, now, cause, speaks_from, name, (places[old], places[new], "move"),
                          (decided, values), (None, False))
        self.given, self.shown, self.by, self.segments = given, shown, by, segments
        self.overrides = [it for it in self.overrides if it["until"] > now]
        self.frontier = now

    def tell(self, lane, customer, now, cause, speaks_from, name, move, reason, told):
        policy, (rule, values), (override, holding) = lane.policy, reason, told
        if cause == "event" and speaks_from < now and self.moved.get(name, -NEVER) >= speaks_from:
            cause = "correction"
        self.versions[name] = self.versions.get(name, 0) + 1
        self.moved[name] = now
        self.changes += 1
        body = {"customer_id": customer, "ladder": name, "from": move[0], "to": move[1], "direction": move[2],
                "effective_at": show_instant(now), "version": self.versions[name], "cause": cause}
        if override:
            until = None if override["until"] == NEVER else show_instant(override["until"])
            body["override"] = {"verb": override["verb"], "tier": policy.tiers[name][override["x"]],
                                "dated": show_instant(override["at"]), "until": until, "by": override["by"],
                                "why": override["why"], "event_id": override["event_id"], "holds": holding}
        body["reason"] = []
        for kind, what, op, constant in comparisons(rule):
            tiers = policy.tiers.get(what)
            shown = [tiers[it] if kind == "ladder" else policy.show(what, it) for it in (values[what], constant)]
            body["reason"].append({kind: what, "value": shown[0], "op": op, "threshold": shown[1],
                                   "holds": compare(values[what], op, constant)})
        lane.publish(customer, body)

    def horizon(self, policy):
        """The next instant at which judging would change something, section 6."""
        after = self.frontier
        candidates = {it["until"] for it in self.overrides}
        recent = [at for at in self.seen if at + max(policy.reach) > after]
        recent += [at for at, _, _ in self.bought if at + max(policy.reach) > after]
        candidates |= {at + length for at in recent for length in policy.reach}
        last = after - self.measure(policy, after)["since_seen"] if after > -NEVER else -NEVER
        candidates |= {last + wait for wait in policy.waits if last > -NEVER}
        for due in sorted(it for it in candidates if after < it < NEVER):
            _, given, shown, _, segments = self.place(policy, due)
            ended = any(it["until"] == due for it in self.overrides)
            if ended or (given, shown, segments) != (self.given, self.shown, self.segments):
                return due
        return NEVER


def counts(order):
    return 0 if order["cancelled"] or (order["refunded"] and order["amount"] <= 0) else 1


def amount(order):
    return min(order["amount"], 0) if order["cancelled"] else order["amount"]


# --- Lanes --------------------------------------------------------------------------------------

class Lane:
    def __init__(self, number, lanes):
        self.number, self.lanes = number, lanes
        self.policy, self.clock, self.ceiling = None, -NEVER, -NEVER
        self.customers, self.accepted, self.erased, self.versions = {}, {}, {}, defaultdict(dict)
        self.horizons, self.turns, self.due, self.came = {}, {}, [], 0
        self.changes = defaultdict(list)
        self.refused = {}

    def publish(self, customer, body):
        policy = self.policy
        body["policy"] = {"name": policy.name, "version": policy.version, "hash": policy.hash}
        self.changes[customer].append(json.dumps(body, separators=(",", ":"), ensure_ascii=False))

    def adopt(self, text):
        before, self.policy = self.policy, Policy(text)
        if before is None or before.hash == self.policy.hash:
            return
        after, self.policy = self.policy, before
        for customer, known in self.customers.items():
            now = max(known.frontier, self.clock)
            self.fire(customer, now)
            self.policy = after
            known.judge(self, customer, now, "policy")
            self.policy = before
        self.policy = after
        for name in self.customers:
            self.look_ahead(name)

    def look_ahead(self, customer):
        due = self.horizons[customer] = self.customers[customer].horizon(self.policy)
        if due < NEVER:
            heapq.heappush(self.due, (due, self.turns[customer], customer))

    def pass_time(self, most):
        """Fires the deadlines that the clock has passed."""
        while most and self.due and self.due[0][0] < self.clock:
            due, turn, customer = heapq.heappop(self.due)
            if self.turns.get(customer) == turn and self.horizons[customer] == due:
                self.fire(customer, due + 1)
                most -= 1

    def fire(self, customer, before):
        known = self.customers[customer]
        while (due := self.horizons[customer]) < before:
            known.judge(self, customer, due, "clock")
            self.look_ahead(customer)

    def take(self, record):
        """What becomes of a record: applied, duplicates, suppressed or dead_letters."""
        try:
            event = read(record, self.policy, self.lanes)
            return self.event(event)
        except Refused as refusal:
            self.refused[record["place"]] = str(refusal)
            return "dead_letters"

    def event(self, event):
        policy, kind, at, customer = self.policy, event["kind"], event["at"], event["customer_id"]
        times, known = policy.time, self.customers.get(customer)
        if at <= self.erased.get(customer, -NEVER):
            return "suppressed"
        if at > self.ceiling + times["ahead"]:
            raise Refused("future")
        late = at < self.clock - times["late"]
        if late and kind != "profile":
            raise Refused("too_late")
        identity = (customer, event["event_id"])
        if not late and abs(at - self.accepted.get(identity, -NEVER)) <= times["dedup"]:
            return "duplicates"
        now = max(known.frontier, at) if known else at
        self.check(event, known, now)
        if not late:
            self.accepted[identity] = at
        if kind not in COMMANDS + ("profile",):
            self.clock = max(self.clock, min(at - times["lateness"], self.ceiling))
        if kind == "erase":
            self.erase(event, known, now)
            return "applied"
        if known is None:
            known = self.customers[customer] = Customer(policy, self.versions[customer])
            self.horizons[customer] = NEVER
            self.came += 1
            self.turns[customer] = self.came
        self.fire(customer, now)
        speaks_from = self.absorb(event, known, now)
        known.judge(self, customer, now, "command" if kind == "override" else "event", speaks_from)
        self.look_ahead(customer)
        return "applied"

    def check(self, event, known, now):
        """Rules 5 to 7 of section 2."""
        policy, kind = self.policy, event["kind"]
        if kind in EVENTS:
            weight = 2 if kind == "restate" else 1
            more = [weight * abs(event[name]) for name in ("amount", "quantity", "margin")]
            if any(a + b > I64_MAX for a, b in zip(known.sums if known else (0, 0, 0), more)):
                raise Refused("bad_amount")
        order = self.order(event, known, now)
        if kind in ("refund", "cancel", "restate") and order is None:
            raise Refused("unknown_order")
        if kind == "purchase" and order is not None:
            raise Refused("order_exists")
        if kind == "override":
            if event["ladder"] not in policy.tiers:
                raise Refused("unknown_ladder")
            if event["verb"] in WITH_TIER and event["tier"] not in policy.tiers[event["ladder"]]:
                raise Refused("unknown_tier")
        if kind in ("merge", "unmerge"):
            raise Refused("other_lane" if event.get("other_lane") else "bad_merge")

    def order(self, event, known, now):
        order = known.orders.get(event.get("order_id")) if known else None
        return order if order and order["at"] > now - self.policy.keep else None

    def absorb(self, event, known, now):
        """Books an event; from which instant on it speaks."""
        kind, at, order = event["kind"], event["at"], self.order(event, known, now)
        fields = ("amount", "quantity", "margin")
        if kind in EVENTS:
            weight = 2 if kind == "restate" else 1
            known.sums = [a + weight * abs(event[name]) for a, name in zip(known.sums, fields)]
        if kind == "purchase":
            order = {name: event[name] for name in fields}
            order |= {"at": at, "back": dict.fromkeys(fields, 0), "refunded": False, "cancelled": False}
            known.buy(event.get("order_id"), order)
        elif kind == "refund":
            def give_back(order):
                order["refunded"] = True
                for name in fields:
                    order[name] -= event[name]
                    order["back"][name] += event[name]
            known.restated(order, give_back)
        elif kind == "cancel":
            known.restated(order, lambda order: order.update(cancelled=True))
        elif kind == "restate":
            known.restated(order, lambda order: order.update(
                {name: event[name] - order["back"][name] for name in fields}))
            return order["at"]
        elif kind == "profile":
            for name in self.policy.members:
                said = (event.get("attrs") or {}).get(name, "nothing")
                if said != "nothing" and at >= known.profile.get(name, (-NEVER, None))[0]:
                    known.profile[name] = (at, said)
        elif kind == "override":
            self.override(event, known, now)
        elif kind in ("view", "search", "cart", "visit"):
            bisect.insort(known.seen, at)
        return at

    def override(self, event, known, now):
        ladder, verb, at = event["ladder"], event["verb"], event["at"]
        if verb == "withdraw":
            of = event.get("of")
            known.overrides = [it for it in known.overrides if it["ladder"] != ladder or it["at"] > at
                               or (of is not None and it["verb"] != of)]
            return
        tier = known.shown[ladder] if verb == "freeze" else self.policy.tiers[ladder].index(event["tier"])
        known.overrides.append(event | {"x": tier})

    def erase(self, event, known, now):
        customer, removed = event["customer_id"], None
        if known:
            self.fire(customer, now)
            orders = sum(1 for name, it in known.orders.items()
                         if isinstance(name, str) and it["at"] > now - self.policy.keep)
            removed = {"changes": known.changes, "orders": orders}
            del self.customers[customer], self.horizons[customer], self.turns[customer]
        self.accepted = {it: at for it, at in self.accepted.items() if it[0] != customer}
        self.erased[customer] = now
        self.publish(customer, {
            "customer_id": customer, "erased_at": show_instant(now), "by": event["by"], "why": event["why"],
            "event_id": event["event_id"], "removed": removed,
            "remains_in": ["input.topics", "output.changes", "output.dead_letters"]})

    def follow(self, entries, inputs):
        """Repeats the units of the ledger."""
        ends, wrong = {}, []
        for unit, entry in enumerate(entries, 1):
            if entry["unit"] != unit or any(ends.get(it["topic"], it["from"]) != it["from"] for it in entry["reads"]):
                wrong.append(f"lane {self.number}: unit {entry['unit']} does not follow on unit {unit - 1}")
            if "adopts" in entry:
                self.adopt(entry["adopts"]["text"])
            self.ceiling = max(self.ceiling, entry["ceiling"])
            if entry["coast"] is not None:
                self.clock = max(self.clock, min(entry["coast"], self.ceiling))
            self.pass_time(min(10_000, entry.get("firings", 10_000)))
            came = dict.fromkeys(("applied", "duplicates", "suppressed", "dead_letters"), 0)
            runs = entry["runs"]
            for ix, many in zip(runs[::2], runs[1::2]):
                for _ in range(many):
                    came[self.take(inputs[entry["reads"][ix]["topic"]].pop(0))] += 1
                    self.pass_time(64)
            ends |= {it["topic"]: it["next"] for it in entry["reads"]}
            told = {name: entry["counts"].get(name, 0) for name in came}
            clock = -(2**63) if self.clock == -NEVER else self.clock
            if (told, entry["clock"]) != (came, clock):
                wrong.append(f"lane {self.number}, unit {unit}: {told}, clock {entry['clock']} in the ledger, "
                             f"but {came}, clock {clock}")
        return wrong


def load(path):
    inputs, entries = defaultdict(lambda: defaultdict(list)), defaultdict(list)
    changes, refused, lanes = defaultdict(list), {}, 0
    with open(path, encoding="utf-8") as dump:
        for it in map(json.loads, dump):
            if "input" in it:
                key, value = (None if it[name] is None else bytes.fromhex(it[name]) for name in ("key", "value"))
                place = (it["input"], it["partition"], it["offset"])
                inputs[it["partition"]][it["input"]].append({"key": key, "value": value, "place": place})
            elif "entry" in it:
                entries[it["entry"]["lane"]].append(it["entry"])
            elif "change" in it:
                changes[json.loads(it["change"])["customer_id"]].append(it["change"])
            elif "refused" in it:
                refused[(it["topic"], it["partition"], it["offset"])] = it["refused"]
            else:
                lanes = it["lanes"]
    return inputs, entries, changes, refused, lanes


def main():
    inputs, entries, changes, refused, lanes = load(sys.argv[1])
    wrong, expected, expected_refused, customers = [], defaultdict(list), {}, 0
    for number in sorted(entries):
        lane = Lane(number, lanes)
        wrong += lane.follow(entries[number], inputs[number])
        expected |= lane.changes
        expected_refused |= lane.refused
        customers += len(lane.customers)
    for place in sorted(set(refused) | set(expected_refused)):
        if refused.get(place) != expected_refused.get(place):
            wrong.append(f"{place}: refused {refused.get(place)}, but {expected_refused.get(place)}")
    for customer in sorted(set(changes) | set(expected)):
        told, made = changes.get(customer, []), expected.get(customer, [])
        if told != made:
            apart = next((ix for ix, both in enumerate(zip(told, made)) if both[0] != both[1]), min(len(told), len(made)))
            pair = "\n  ".join((it[apart] if apart < len(it) else "nothing more") for it in (told, made))
            wrong.append(f"{customer}: {len(told)} published, {len(made)} expected; they part at {apart}:\n  {pair}")
    print(f"{sum(map(len, expected.values()))} changes and receipts of {customers} customers, "
          f"{len(expected_refused)} refusals; {len(wrong)} differences")
    print("\n".join(wrong[:20]))
    sys.exit(bool(wrong))


main()
