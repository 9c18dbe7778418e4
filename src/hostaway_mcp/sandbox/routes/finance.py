"""Finance over HTTP: fields, formulas, reports, owner statements, tax settings."""

from __future__ import annotations

from typing import Any

from hostaway_mcp.sandbox import reports
from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, everything, missing, success
from hostaway_mcp.sandbox.pricing import cents, plain
from hostaway_mcp.sandbox.routes.listings import find_listing, writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation
from hostaway_mcp.sandbox.world.paperwork import REQUEST_FIELD
from hostaway_mcp.sandbox.world.statements import Statement
from hostaway_mcp.sandbox.world.world import World

_DATE_FIELDS = {
    "arrivalDate": "arrivalDate",
    "departureDate": "departureDate",
    "reservationDate": "reservationDate",
}


@serves("listFinanceFields")
def list_finance_fields(call: Call) -> Reply:
    """The price breakdown of one reservation, deleted rows with total 0 included."""
    return everything(find_reservation(call.world, call.id("reservationId"))["financeField"])


@serves("updateFinanceField")
def update_finance_field(call: Call) -> Reply:
    """Changes one row; the reservation's `totalPrice` is the caller's business ("Finance field")."""
    number, field_id = call.id("reservationId"), call.id("financeFieldId")
    reservation = find_reservation(call.world, number)
    writable_listing(call.world, reservation["listingMapId"])
    rows = [dict(row) for row in reservation["financeField"]]
    for row in rows:
        if row["id"] == field_id:
            before = dict(row)
            row |= call.body
            if "value" in call.body:
                row["total"] = call.body["value"]
            call.world.touch_reservation(number, financeField=rows)
            call.did("updated", "financeField", field_id, before=before, after=row)
            return success(row)
    raise missing("Finance field")


@serves("getFinanceStandardFields")
def get_standard_fields(call: Call) -> Reply:
    """The flat amounts of one reservation."""
    reservation = find_reservation(call.world, call.id("reservationId"))
    return success(reports.standard_fields(call.world, reservation))


@serves("listFinanceCalculatedFields")
def list_calculated_fields(call: Call) -> Reply:
    """The formula results of one reservation."""
    reservation = find_reservation(call.world, call.id("reservationId"))
    return everything(reports.calculated_fields(call.world, reservation))


@serves("listFinanceCustomFormulas")
def list_custom_formulas(call: Call) -> Reply:
    """The account's own formulas; `count` is a numeric string, as the example shows."""
    world = call.world
    rows: list[Json] = [
        {
            "id": REQUEST_FIELD * 100 + index,
            "accountId": world.account_id,
            "listingMapId": listing_id,
            "channelIds": [],
            "formulaName": "pmCommission",
            "formulaValue": reports.FORMULAS["pmCommission"],
            "isOverride": 0,
            "insertedOn": world.drawn_stamp,
            "updatedOn": world.drawn_stamp,
        }
        for index, listing_id in enumerate(world.listings)
    ]
    reply = everything(rows)
    reply.payload["count"] = str(len(rows))
    return reply


@serves("createFinanceStandardReport", "createFinanceCalculatedReport")
def create_lines_report(call: Call) -> Reply:
    """CSV with one line a reservation and field or formula."""
    calculated = call.operation.id == "createFinanceCalculatedReport"
    lines = reports.field_lines(call.world, _chosen(call), calculated=calculated)
    return _text(reports.lines_text(lines, _delimiter(call)))


@serves("createFinanceConsolidatedReport", "createListingFinancialsReport")
def create_table_report(call: Call) -> Reply:
    """A table of reservations or of listings, as JSON or CSV."""
    make = reports.consolidated
    if call.operation.id == "createListingFinancialsReport":
        make = reports.listing_financials
    table = make(call.world, _chosen(call))
    if call.body.get("format") == "json":
        return success(table)
    return _text(reports.table_text(table, _delimiter(call)))


def _text(text: str) -> Reply:
    return Reply(text=text, content_type="text/csv; charset=utf-8")


def _delimiter(call: Call) -> str:
    return "\t" if call.body.get("delimiter") == "tab" else ","


def _chosen(call: Call) -> list[Json]:
    """The reservations of a report: by listing, channel, status and date; no status is left out unasked."""
    form = call.body
    field = form.get("dateType", "arrivalDate")
    if field not in _DATE_FIELDS:
        raise RefusalError(400, f"dateType must be one of {', '.join(_DATE_FIELDS)}")
    wanted = {
        name: {str(one) for one in form.get(name) or ()}
        for name in ("listingMapIds", "channelIds", "statuses")
    }
    rows = chosen_reservations(
        call.world, field=field, first=form.get("fromDate"), last=form.get("toDate"), wanted=wanted
    )
    sort_by = form.get("sortBy") or "arrivalDate"
    if rows and sort_by not in rows[0]:
        raise RefusalError(400, f"sortBy {sort_by} is not a column")
    rows.sort(key=lambda row: (str(row[sort_by] or ""), row["id"]), reverse=form.get("sortOrder") == "desc")
    return rows


def chosen_reservations(
    world: World, *, field: str, first: str | None, last: str | None, wanted: dict[str, set[str]]
) -> list[Json]:
    """The reservations with a date in the span, on the wanted listings, channels and statuses."""
    chosen = []
    drawn = {"arrivalDate": "arrival", "departureDate": "departure"}.get(field)
    for stay in world.stays.values():
        # What nobody has changed has the dates that were drawn; to write every document would take minutes.
        if drawn and world.reservations.kept(stay.id) is None:
            day = getattr(stay, drawn).isoformat()
            if (first is not None and day < first) or (last is not None and day > last):
                continue
        keys = {"listingMapIds": stay.listing_id, "channelIds": stay.channel, "statuses": stay.status}
        if any(values and str(keys[name]) not in values for name, values in wanted.items()):
            continue
        row = world.reservations.peek(stay.id)
        day = (row[field] or "")[:10]
        if (first is None or day >= first) and (last is None or day <= last):
            chosen.append(row)
    return chosen


@serves("listOwnerStatements")
def list_statements(call: Call) -> Reply:
    """The statements by id and name."""
    return everything([{"id": one.id, "statementName": one.name} for one in call.world.statements.values()])


@serves("getOwnerStatement")
def get_statement(call: Call) -> Reply:
    """One statement, a snapshot made when it is first read."""
    world, number = call.world, call.id("ownerStatementId")
    if number not in world.statements:
        raise missing("Owner statement")
    if number not in world.statement_details:
        world.statement_details[number] = _write_statement(world, world.statements[number])
    return success(world.statement_details[number])


def _write_statement(world: World, statement: Statement) -> Json:
    wanted = {"listingMapIds": {str(one) for one in statement.listing_ids}, "statuses": {"new", "modified"}}
    first, last = statement.first.isoformat(), statement.last.isoformat()
    rows = chosen_reservations(world, field="departureDate", first=first, last=last, wanted=wanted)
    expenses = _expenses_of(world, statement)
    totals = {
        name: sum((reports.amounts_of(world, row)[name] for row in rows), cents(0))
        for name in reports.FORMULAS
    }
    spent = sum((cents(one["amount"]) for one in expenses), cents(0))
    owner = world.users[statement.owner_id]
    stamp = f"{statement.last.isoformat()} 23:00:00"
    return blank("OwnerStatement") | {
        "id": statement.id,
        "accountId": str(world.account_id),
        "statementName": statement.name,
        "invoiceName": str(statement.id % 1_000),
        "filterParametersJson": _filter_of(statement, first, last),
        "summaryDataJson": [
            {"formulaName": name, "totalValue": plain(value)} for name, value in totals.items()
        ],
        "financeDataJson": reports.consolidated(world, rows),
        "propertyManagerName": "Harbour Stays",
        "propertyManagerEmail": "hello@example.com",
        "propertyOwnerName": f"{owner['firstName']} {owner['lastName']}",
        "propertyOwnerEmail": owner["email"],
        "grandTotalJson": {
            "expensesTotal": plain(spent),
            "grandTotalAmount": plain(totals["ownerPayout"] + spent),
            "formulasTotal": [{"name": "ownerPayout", "amount": plain(totals["ownerPayout"])}],
        },
        "insertedOn": stamp,
        "updatedOn": stamp,
        "expenses": expenses,
        "accessByUsers": [statement.owner_id],
    }


def _filter_of(statement: Statement, first: str, last: str) -> Json:
    return {
        "listingMapIds": list(statement.listing_ids),
        "quickDate": "custom",
        "fromDate": first,
        "toDate": last,
        "statuses": ["new", "modified"],
        "dateType": "departureDate",
        "tags": [],
        "channelIds": [],
        "columns": [name for name, _, _ in reports.COLUMNS],
        "summaryDataFormulaNames": list(reports.FORMULAS),
    }


def _expenses_of(world: World, statement: Statement) -> list[Json]:
    fields = ("id", "listingMapId", "reservationId", "expenseDate", "concept", "amount")
    return [
        {name: row[name] for name in fields}
        for row in world.expenses.values()
        if row["listingMapId"] in statement.listing_ids
        and statement.first.isoformat() <= row["expenseDate"] <= statement.last.isoformat()
    ]


@serves("listAccountTaxSettings")
def list_account_taxes(_call: Call) -> Reply:
    """Taxes of the whole account: none, every listing has its own."""
    rows: list[Any] = []
    return everything(rows)


@serves("listListingTaxSettings")
def list_listing_taxes(call: Call) -> Reply:
    """The taxes of one listing."""
    listing_id = call.id("listingId")
    find_listing(call.world, listing_id)
    return everything(call.world.taxes[listing_id])
