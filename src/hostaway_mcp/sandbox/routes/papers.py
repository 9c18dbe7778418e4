"""Policies, fees, agreements, pricing settings and seasonal rules over HTTP."""

from __future__ import annotations

from datetime import date

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.effects import Action
from hostaway_mcp.sandbox.envelope import Reply, everything, missing, success
from hostaway_mcp.sandbox.routes.listings import find_listing, writable_listing
from hostaway_mcp.sandbox.world.world import World

_CHANNEL_LISTS = {
    "listAirbnbCancellationPolicies": "airbnb",
    "listBookingCancellationPolicies": "booking",
    "listMarriottCancellationPolicies": "marriott",
    "listVrboCancellationPolicies": "vrbo",
}
_SUMMER_MONTHS = (6, 7, 8)


@serves("listCancellationPolicies")
def list_policies(call: Call) -> Reply:
    """The account's own policies."""
    return everything(list(call.world.policies.values()))


@serves(*_CHANNEL_LISTS)
def list_channel_policies(call: Call) -> Reply:
    """The policies a channel prescribes."""
    return everything(call.world.channel_policies[_CHANNEL_LISTS[call.operation.id]])


@serves("getCancellationPolicy")
def get_policy(call: Call) -> Reply:
    """One policy."""
    return success(_policy(call.world, call.id("cancellationPolicyId")))


def _policy(world: World, number: int) -> Json:
    if number not in world.policies:
        raise missing("Cancellation policy")
    return world.policies[number]


@serves("createCancellationPolicy")
def create_policy(call: Call) -> Reply:
    """A new policy."""
    number = max(call.world.policies) + 1
    call.world.policies[number] = _written_policy(call.world, number, call.body)
    call.did("created", "cancellationPolicy", number, after=call.world.policies[number])
    return success(call.world.policies[number])


@serves("updateCancellationPolicy")
def update_policy(call: Call) -> Reply:
    """Replaces a policy and its steps."""
    number = call.id("cancellationPolicyId")
    before = _policy(call.world, number)
    call.world.policies[number] = _written_policy(call.world, number, call.body)
    call.did("updated", "cancellationPolicy", number, before=before, after=call.world.policies[number])
    return success(call.world.policies[number])


def _written_policy(world: World, number: int, body: Json) -> Json:
    items = [
        item | {"id": number * 10 + index, "cancellationPolicyId": number}
        for index, item in enumerate(body["cancellationPolicyItem"])
    ]
    return {
        "id": number,
        "accountId": world.account_id,
        "name": body["name"],
        "cancellationPolicyItem": items,
    }


@serves("deleteCancellationPolicy")
def delete_policy(call: Call) -> Reply:
    """Removes a policy."""
    number = call.id("cancellationPolicyId")
    call.did("deleted", "cancellationPolicy", number, before=_policy(call.world, number))
    del call.world.policies[number]
    return success([])


@serves("listListingFeeSettings")
def list_fees(call: Call) -> Reply:
    """The fee settings of one listing; the id in the path is the listing's."""
    find_listing(call.world, call.id("id"))
    return everything([call.world.fees.peek(number) for number in call.world.fees_of(call.id("id"))])


@serves("createListingFeeSetting")
def create_fee(call: Call) -> Reply:
    """A new fee setting of a listing; the id in the path is the listing's."""
    world, listing_id = call.world, call.id("id")
    writable_listing(world, listing_id)
    number, now = world.next_number(), world.clock.stamp()
    world.fees[number] = (
        blank("ListingFeeSetting")
        | {"id": number, "accountId": world.account_id, "listingMapId": listing_id}
        | {"insertedOn": now, "updatedOn": now}
        | call.body
    )
    world.added_fees.setdefault(listing_id, []).append(number)
    call.did("created", "feeSetting", number, after=world.fees[number])
    return success(world.fees[number])


@serves("updateListingFeeSetting")
def update_fee(call: Call) -> Reply:
    """Changes a fee setting."""
    writable_listing(call.world, call.id("listingId"))
    fee = _fee(call.world, call.id("feeSettingId"))
    if fee["listingMapId"] != call.id("listingId"):
        raise missing("Fee setting")
    before = dict(fee)
    fee |= call.body | {"updatedOn": call.world.clock.stamp()}
    call.did("updated", "feeSetting", fee["id"], before=before, after=fee)
    return success(fee)


def _fee(world: World, number: int) -> Json:
    if number not in world.fees:
        raise missing("Fee setting")
    return world.fees[number]


@serves("deleteListingFeeSetting")
def delete_fee(call: Call) -> Reply:
    """Removes a fee setting; the id in the path is the fee's."""
    fee = _fee(call.world, call.id("id"))
    writable_listing(call.world, fee["listingMapId"])
    del call.world.fees[fee["id"]]
    call.did("deleted", "feeSetting", fee["id"], before=fee)
    return success([])


@serves("getListingAgreement")
def get_agreement(call: Call) -> Reply:
    """The rental agreement of a listing, in an array of one, or an empty array."""
    listing_id = call.id("listingId")
    find_listing(call.world, listing_id)
    return success([_agreement(call.world, listing_id)] if listing_id in call.world.agreements else [])


def _agreement(world: World, listing_id: int) -> Json:
    return {"id": listing_id * 10, "listingMapId": listing_id, "text": world.agreements[listing_id]}


@serves("createListingAgreement", "updateListingAgreement")
def write_agreement(call: Call) -> Reply:
    """Writes the rental agreement of a listing."""
    listing_id = call.id("listingId")
    writable_listing(call.world, listing_id)
    if call.operation.id == "updateListingAgreement" and listing_id not in call.world.agreements:
        raise missing("Listing agreement")
    _agree(call, listing_id, call.body["text"])
    return success(_agreement(call.world, listing_id))


@serves("deleteListingAgreement")
def delete_agreement(call: Call) -> Reply:
    """Removes the rental agreement of a listing."""
    listing_id = call.id("listingId")
    writable_listing(call.world, listing_id)
    text = call.world.agreements.pop(listing_id, None)
    if text is None:
        raise missing("Listing agreement")
    call.did("deleted", "listingAgreement", listing_id, before={"text": text})
    return success([])


def _agree(call: Call, listing_id: int, text: str) -> None:
    before = call.world.agreements.get(listing_id)
    call.world.agreements[listing_id] = text
    action: Action = "created" if before is None else "updated"
    call.did(action, "listingAgreement", listing_id, before={"text": before}, after={"text": text})


@serves("duplicateListingAgreement")
def duplicate_agreement(call: Call) -> Reply:
    """Copies one listing's agreement to others."""
    world, source = call.world, call.body["listingId"]
    if source not in world.agreements:
        raise missing("Listing agreement")
    for listing_id in call.body["listingIds"]:
        writable_listing(world, listing_id)
        _agree(call, listing_id, world.agreements[source])
    return success([_agreement(world, listing_id) for listing_id in call.body["listingIds"]])


@serves("getListingPricingSettings")
def get_pricing_settings(call: Call) -> Reply:
    """Which channels take prices by length of stay, in an array of one."""
    return success([_pricing_settings(call.world, call.id("listingId"))])


@serves("updateListingPricingSettings")
def update_pricing_settings(call: Call) -> Reply:
    """Changes which channels take prices by length of stay."""
    listing_id = call.id("listingId")
    writable_listing(call.world, listing_id)
    before = _pricing_settings(call.world, listing_id)
    settings = before | call.body
    call.world.pricing_settings[listing_id] = settings
    call.did("updated", "pricingSettings", listing_id, before=before, after=settings)
    return success(settings)


def _pricing_settings(world: World, listing_id: int) -> Json:
    find_listing(world, listing_id)
    empty = blank("ListingPricingSettings") | {"id": listing_id * 10, "listingMapId": listing_id}
    return world.pricing_settings.get(listing_id, empty)


@serves("listSeasonalRules")
def list_seasonal_rules(call: Call) -> Reply:
    """The seasonal rules."""
    channel = call.number("channelId")
    rows = call.world.seasonal_rules.values()
    return call.page([row for row in rows if channel is None or row["channelId"] == channel])


@serves("listSeasonalRuleIntervals")
def list_seasonal_rule_intervals(call: Call) -> Reply:
    """The rules in force on a listing: summer from June to August, winter otherwise."""
    listing_id = call.number("listingMapId")
    first, last = call.day("startDate"), call.day("endDate")
    find_listing(call.world, listing_id or 0)
    if first is None or last is None or last < first:
        raise missing("Interval")
    return everything(_intervals(call.world, first, last))


def _intervals(world: World, first: date, last: date) -> list[Json]:
    intervals: list[Json] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        rule = world.seasonal_rules[1 if day.month in _SUMMER_MONTHS else 2]
        if intervals and intervals[-1]["seasonalRule"] is rule:
            intervals[-1]["to"] = day.isoformat()
        else:
            intervals.append({"from": day.isoformat(), "to": day.isoformat(), "seasonalRule": rule})
    return intervals
