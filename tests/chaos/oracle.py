#!/usr/bin/env python3
"""What the campaigns' deployment must have published, computed a second time: from docs/semantics.md,
docs/events.md, docs/changes.md and docs/policy.md, and from nothing else of the program.

    oracle.py DUMP

DUMP is written by tests/chaos/oracle.rs: the input, the ledger, the changes and the refusals of a deployment. Each
lane is repeated along its ledger. It compares how entries tile the input, each unit's clock and counts, every
refusal with its code, and every change and receipt byte for byte. The policies are those that the ledger names; of
their language it knows what tests/chaos/policy.toml uses. It exits with 0 where all is the same.
"""

import bisect
import hashlib
import heapq
import json
import operator
import re
import sys
import tomllib
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import zip_longest

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
        rules = [(it["name"], [[self.rule(t.get(word, t.get("enter"))) for t in it["tier"]]
                               for word in ("enter", "keep")]) for it in table["ladder"]]
        self.enter, self.stay = ({name: both[ix] for name, both in rules} for ix in (0, 1))
        self.maps = [(it["name"], [s["name"] for s in it["segment"]],
                      [self.rule(s.get("when")) for s in it["segment"]]) for it in table["map"]]
        # How long after an event time alone can still make a difference.
        self.reach = sorted({f["ms"] for f in self.features.values() if f["ms"] != NEVER})
        leaves = [leaf for _, both in rules for some in both for rule in some for leaf in comparisons(rule)]
        self.waits = {wait + more for _, name, _, wait in leaves for more in (0, 1) if self.kind(name) == "since_last"}

    def kind(self, name):
        return self.features.get(name, {}).get("aggregate")

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
        read = {"since_last": duration, "sum": lambda text: int(Decimal(text) * 10_000)}.get(self.kind(name), int)
        return ("feature", name, op, read(constant))

    def show(self, name, value):
        if value in (None, NEVER):
            return None
        return {"sum": show_money, "since_last": show_duration}.get(self.kind(name), lambda it: it)(value)

def comparisons(rule):
    if rule[0] in ("all", "any", "not"):
        return [leaf for part in rule[1] for leaf in comparisons(part)]
    return [rule]

def compare(value, op, constant):
    compared = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}
    return value is not None and compared[op](value, constant)

def holds(rule, values):
    if rule[0] in ("all", "any", "not"):
        parts = [holds(part, values) for part in rule[1]]
        return {"all": all(parts), "any": any(parts), "not": not all(parts)}[rule[0]]
    return compare(values[rule[1]], *rule[2:])

def first(rules, values):
    return next(ix for ix, rule in enumerate(rules) if holds(rule, values))

# --- Records ------------------------------------------------------------------------------------

# Fields of the contract: a second one of the same name makes it no JSON object of ours.
FIELDS = ("event_id customer_id kind occurred_at order_id currency amount amount_minor quantity margin discount "
          "category brand channel attrs by why reviewed ladder verb tier until of into").split()
# Those of ISO 4217 that come in the campaigns.
CURRENCIES = ("GBP", "EUR")
WITH_TIER = ("set", "floor", "ceiling", "gift")
VERBS = WITH_TIER + ("withdraw",)

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

def read(record, policy):
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
    if (text_of(event, "currency") or policy.currency) not in CURRENCIES:
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
    return event

def read_override(event, at):
    text_of(event, "ladder", True)
    verb = text_of(event, "verb", True)
    if verb not in VERBS or (event.get("tier") is not None) != (verb in WITH_TIER):
        raise Refused("wrong_type")
    until = event.get("until")
    if until is None and verb == "gift":
        raise Refused("missing_field")
    event["until"] = NEVER if until is None else instant(until)
    if event["until"] <= at:
        raise Refused("bad_time")

# --- Customers ----------------------------------------------------------------------------------

class Customer:
    def __init__(self, policy, versions):
        self.orders, self.seen, self.bought, self.ever, self.unnamed = {}, [], [], 0, 0
        self.sums, self.profile, self.overrides, self.frontier = [0, 0, 0], {}, [], -NEVER
        self.given = {name: 0 for name, _ in policy.ladders}
        self.shown, self.by, self.moved = dict(self.given), {}, {}
        self.versions, self.changes = versions, 0
        values = self.measure(policy, 0) | self.shown
        self.segments = {name: first(rules, values) for name, _, rules in policy.maps}

    # What is known: `bought` and `seen` are ordered by instant.

    def buy(self, order_id, order):
        self.unnamed += order_id is None
        self.orders[order_id or ("unnamed", self.unnamed)] = order
        bisect.insort(self.bought, (order["at"], len(self.bought), order), key=lambda it: it[:2])
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
        its = [it for it in self.overrides if it["ladder"] == ladder and it["until"] > now]
        return {it["verb"]: it for it in sorted(its, key=lambda it: it["at"])}

    def show(self, ladder, given, now):
        of = self.counting(ladder, now)
        if "set" in of:
            return of["set"]["x"], of["set"]
        tier, by = given, None
        for verb in ("floor", "gift"):
            if verb in of and (of[verb]["x"] > tier or (by and of[verb]["x"] == tier)):
                tier, by = of[verb]["x"], of[verb]
        if "ceiling" in of and of["ceiling"]["x"] < tier:
            tier, by = of["ceiling"]["x"], of["ceiling"]
        return tier, by

    def place(self, policy, now):
        values = self.measure(policy, now)
        given, shown, by = {}, {}, {}
        for name, tiers in policy.ladders:
            c, enter, keep = self.given[name], policy.enter[name], policy.stay[name]
            e = max(k for k in range(len(tiers)) if k == 0 or holds(enter[k], values))
            given[name] = next(k for k in range(max(c, e), -1, -1) if k == e or holds(keep[k], values))
            shown[name], by[name] = self.show(name, given[name], now)
        values |= shown
        segments = {name: first(rules, values) for name, _, rules in policy.maps}
        return values, given, shown, by, segments

    def judge(self, lane, customer, now, cause, speaks_from=None):
        policy, moves = lane.policy, []
        values, given, shown, by, segments = self.place(policy, now)
        for name, tiers in policy.ladders:
            old, new, c = self.shown[name], shown[name], self.given[name]
            if new != old:
                rule = policy.enter[name][given[name]] if given[name] > c else policy.stay[name][c]
                before = self.by.get(name)
                over = before if all(it is not before for it in self.counting(name, now).values()) else None
                moves.append((name, tiers[old], tiers[new], "up" if new > old else "down",
                              rule if given[name] != c else ("all", []), by[name] or over, by[name] is not None))
        for name, places, rules in policy.maps:
            old, new = self.segments[name], segments[name]
            if new != old:
                decided = rules[new] if new + 1 < len(rules) else rules[old]
                moves.append((name, places[old], places[new], "move", decided, None, False))
        for move in moves:
            self.tell(lane, customer, now, cause, speaks_from, values, move)
        self.given, self.shown, self.by, self.segments = given, shown, by, segments
        self.overrides = [it for it in self.overrides if it["until"] > now]
        self.frontier = now

    def tell(self, lane, customer, now, cause, speaks_from, values, move):
        policy, (name, old, new, way, rule, override, holding) = lane.policy, move
        if cause == "event" and speaks_from < now and self.moved.get(name, -NEVER) >= speaks_from:
            cause = "correction"
        self.versions[name] = self.versions.get(name, 0) + 1
        self.moved[name] = now
        self.changes += 1
        body = {"customer_id": customer, "ladder": name, "from": old, "to": new, "direction": way,
                "effective_at": show_instant(now), "version": self.versions[name], "cause": cause}
        if override:
            until = None if override["until"] == NEVER else show_instant(override["until"])
            body["override"] = {"verb": override["verb"], "tier": policy.tiers[name][override["x"]],
                                "dated": show_instant(override["at"]), "until": until, "by": override["by"],
                                "why": override["why"], "event_id": override["event_id"], "holds": holding}
        body["reason"] = []
        for kind, what, op, constant in comparisons(rule):
            tiers = policy.tiers.get(what)
            said = [tiers[it] if kind == "ladder" else policy.show(what, it) for it in (values[what], constant)]
            body["reason"].append({kind: what, "value": said[0], "op": op, "threshold": said[1],
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

def summed(sums, event):
    """All magnitudes that a customer has ever had, with those of an event."""
    weight = {"restate": 2}.get(event["kind"], int(event["kind"] in EVENTS))
    return [a + weight * abs(event[name]) for a, name in zip(sums, ("amount", "quantity", "margin"))]

def amount(order):
    return min(order["amount"], 0) if order["cancelled"] else order["amount"]

# --- Lanes --------------------------------------------------------------------------------------

class Lane:
    def __init__(self, number):
        self.number, self.policy, self.clock, self.ceiling = number, None, -NEVER, -NEVER
        self.customers, self.accepted, self.erased, self.versions = {}, {}, {}, defaultdict(dict)
        self.horizons, self.turns, self.due, self.came = {}, {}, [], 0
        self.changes, self.refused = defaultdict(list), {}

    def publish(self, customer, body):
        body["policy"] = {name: getattr(self.policy, name) for name in ("name", "version", "hash")}
        self.changes[customer].append(json.dumps(body, separators=(",", ":"), ensure_ascii=False))

    def adopt(self, text):
        before, after = self.policy, Policy(text)
        for customer, known in self.customers.items():
            now = max(known.frontier, self.clock)
            self.policy = before
            self.fire(customer, now)
            self.policy = after
            known.judge(self, customer, now, "policy")
            self.look_ahead(customer)
        self.policy = after

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
            return self.event(read(record, self.policy))
        except Refused as refusal:
            self.refused[record["place"]] = str(refusal)
            return "dead_letters"

    def event(self, event):
        policy, kind, at, customer = self.policy, event["kind"], event["at"], event["customer_id"]
        times, known = policy.time, self.customers.get(customer)
        if kind == "merge":
            # All those of the campaigns are of ids of different lanes, which cannot send each other anything.
            raise Refused("other_lane")
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
        """Rules 4 to 7 of section 2."""
        policy, kind = self.policy, event["kind"]
        if (event.get("currency") or policy.currency) != policy.currency:
            raise Refused("unknown_currency")
        if any(a > I64_MAX for a in summed(known.sums if known else (0, 0, 0), event)):
            raise Refused("bad_amount")
        order = self.order(event, known, now)
        if kind in ("refund", "cancel", "restate") and order is None:
            raise Refused("unknown_order")
        if kind == "purchase" and order is not None:
            raise Refused("order_exists")
        if kind == "override" and event["ladder"] not in policy.tiers:
            raise Refused("unknown_ladder")
        if kind == "override" and event["verb"] in WITH_TIER and event["tier"] not in policy.tiers[event["ladder"]]:
            raise Refused("unknown_tier")
        if kind == "unmerge":
            raise Refused("bad_merge")

    def order(self, event, known, now):
        order = known.orders.get(event.get("order_id")) if known else None
        return order if order and order["at"] > now - self.policy.keep else None

    def absorb(self, event, known, now):
        """Books an event; from which instant on it speaks."""
        kind, at, order = event["kind"], event["at"], self.order(event, known, now)
        known.sums = summed(known.sums, event)
        if kind == "purchase":
            known.buy(event.get("order_id"), {"at": at, "paid": event["amount"], "amount": event["amount"], "back": 0,
                                              "refunded": False, "cancelled": False})
        elif kind in ("refund", "cancel", "restate"):
            known.ever -= counts(order)
            order["cancelled"] |= kind == "cancel"
            order["refunded"] |= kind == "refund"
            order["back"] += event["amount"] if kind == "refund" else 0
            order["paid"] = event["amount"] if kind == "restate" else order["paid"]
            order["amount"] = order["paid"] - order["back"]
            known.ever += counts(order)
            return order["at"] if kind == "restate" else at
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
            known.overrides = [it for it in known.overrides if it["ladder"] != ladder or it["at"] > at]
            return
        known.overrides.append(event | {"x": self.policy.tiers[ladder].index(event["tier"])})

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
            if "gap" in entry:
                for it in entry["reads"]:
                    inputs[it["topic"]] = [record for record in inputs[it["topic"]] if record["place"][2] >= it["next"]]
                    ends[it["topic"]] = it["next"]
                continue
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
    changes, refused = defaultdict(list), {}
    with open(path, encoding="utf-8") as dump:
        for it in map(json.loads, dump):
            place = tuple(it.get(name) for name in ("topic", "partition", "offset"))
            if "key" in it:
                record = {name: it[name] and bytes.fromhex(it[name][1:]) for name in ("key", "value")}
                inputs[it["partition"]][it["topic"]].append(record | {"place": place})
            elif "entry" in it:
                entries[it["entry"]["lane"]].append(it["entry"])
            elif "change" in it:
                changes[json.loads(it["change"])["customer_id"]].append(it["change"])
            else:
                refused[place] = it["refused"]
    return inputs, entries, changes, refused

def main():
    inputs, entries, changes, refused = load(sys.argv[1])
    wrong, expected, expected_refused, customers = [], {}, {}, 0
    for number in sorted(entries):
        lane = Lane(number)
        wrong += lane.follow(entries[number], inputs[number])
        expected |= lane.changes
        expected_refused |= lane.refused
        customers += len(lane.customers)
    wrong += [f"{place}: refused {refused.get(place)}, but {expected_refused.get(place)}"
              for place in sorted(set(refused) | set(expected_refused))
              if refused.get(place) != expected_refused.get(place)]
    for customer in sorted(set(changes) | set(expected)):
        told, made = changes.get(customer, []), expected.get(customer, [])
        apart = next((it for it in enumerate(zip_longest(told, made)) if it[1][0] != it[1][1]), None)
        if apart:
            wrong.append(f"{customer}: {len(told)} published, {len(made)} expected; they part at {apart[0]}:\n"
                         f"  {apart[1][0]}\n  {apart[1][1]}")
    print(f"{sum(map(len, expected.values()))} changes and receipts of {customers} customers, "
          f"{len(expected_refused)} refusals; {len(wrong)} differences")
    print("\n".join(wrong[:20]))
    sys.exit(bool(wrong))

main()
