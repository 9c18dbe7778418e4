"""Values of an account's own fields: which field is meant, and whether a value fits it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from hostaway_mcp.errors import AmbiguousNameError, InputError, UnknownNameError
from hostaway_mcp.models.custom_fields import CustomField, CustomFieldType
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.untrusted import clean_name, word

Value = str | int | float


def chosen_field(known: Sequence[CustomField], name: str) -> CustomField:
    """
    The field of this name or variable name.

    Raises:
        UnknownNameError: there is none, with the nearest.
        AmbiguousNameError: several are called so.
    """
    wanted = plain(name)
    found = [
        one for one in known if wanted in (plain(one.name), plain(one.var_name or "")) or name == str(one.id)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(
            f'"{quoted(name)}" fits {len(found)} custom fields.',
            choices=[str(one.id) for one in found],
            hint=f"Give the id: {', '.join(str(one.id) for one in found)}.",
        )
    called = {plain(one.name): word(clean_name(one.name)) for one in known}
    close = difflib.get_close_matches(wanted[:60], called, n=3, cutoff=0.5) or list(called)[:8]
    nearest = [called[one] for one in close]
    raise UnknownNameError(
        f'There is no custom field "{quoted(name)}" for it in this account.',
        nearest=nearest,
        hint=f"There are: {', '.join(nearest)}." if nearest else "The account has none.",
    )


def fitting(one: CustomField, value: Value) -> Value:
    """
    The value, if the field takes it.

    Raises:
        InputError: not a number, or none of the choices.
    """
    title = word(clean_name(one.name))
    if one.type is CustomFieldType.NUMBER and value != "":
        try:
            float(value)
        except ValueError:
            raise InputError(f"The custom field {title} takes a number.") from None
    choices = [str(choice) for choice in one.possible_values] if isinstance(one.possible_values, list) else []
    if one.type is CustomFieldType.DROPDOWN and choices and value != "" and str(value) not in choices:
        said = ", ".join(word(clean_name(choice)) for choice in choices[:8])
        raise InputError(
            f'"{quoted(str(value))}" is no choice of the custom field {title}.', hint=f"There are: {said}."
        )
    return value
