"""What the import insists on in a Consumer Data Right record.

Hand-written after ``ResponseBankingProductByIdV4`` of the Consumer Data
Standards 1.30.0. Null members count as absent and members the platform has no
use for are passed over; a wrong type, a rate that is a number, an unknown
category or rate type is a reason for quarantine.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from app.kernel.errors import Invalid
from app.kernel.i18n import N_
from app.kernel.loading import loaded
from app.modules.catalogue.rules import cdr, cdr_rates, values
from app.modules.catalogue.schemas.kinds import (
    NOT_CHOICE,
    NOT_LIST,
    NOT_OBJECT,
    TOO_MANY,
    Checked,
    boolean,
    instant,
    one_of,
    text_of,
)

NOT_RECORD = N_("A record must be an object.")
NOT_RATE = N_('Must be a fraction in a string: "0.056" is 5.6 %.')
NOT_AMOUNT = N_('Must be an amount in a string, such as "5.00".')
NOT_CODE = N_("Must be printable ASCII without spaces or slashes, at most 100 characters.")
NOT_NUMBER = N_("Must be a number that is not negative.")
MOST_ITEMS = 500
_DEEPEST = 12


class _Lenient(Schema):
    """Members that the platform has no use for are passed over."""

    error_messages = {"type": NOT_OBJECT}

    class Meta:
        unknown = EXCLUDE


def _rate(value: Any) -> str:
    try:
        found = values.parse_decimal(value)
    except ValueError:
        raise ValidationError(NOT_RATE) from None
    if abs(found) > 1:
        raise ValidationError(NOT_RATE)
    return str(value)


def _amount(value: Any) -> str:
    try:
        values.parse_decimal(value)
    except ValueError:
        raise ValidationError(NOT_AMOUNT) from None
    return str(value)


def _number(value: Any) -> Decimal:
    """A JSON number (or one in a string), exact: the body is read without floats."""
    number = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, str):
        try:
            number = values.parse_decimal(value)
        except ValueError:
            raise ValidationError(NOT_NUMBER) from None
    if not isinstance(number, Decimal) or not number.is_finite() or not 0 <= number < Decimal("1e15"):
        raise ValidationError(NOT_NUMBER)
    return number.quantize(Decimal("0.000001")).normalize() if number % 1 else number.quantize(Decimal(1))


def _code(value: Any) -> str:
    fine = isinstance(value, str) and 0 < len(value) <= 100 and value.isascii() and value.isprintable()
    if not fine or set(value) & set(" /\\?#%"):
        raise ValidationError(NOT_CODE)
    return str(value)


def _each(schema: type[Schema]) -> Callable[[Any], list[Any]]:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(NOT_LIST)
        if len(value) > MOST_ITEMS:
            raise ValidationError(TOO_MANY)
        for place, item in enumerate(value):
            if not isinstance(item, dict):
                raise ValidationError({place: [NOT_OBJECT]})
        loaded: list[Any] = schema(many=True).load(value)
        return loaded

    return check


def _one(schema: type[Schema]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError(NOT_OBJECT)
        return schema().load(value)

    return check


def _text(longest: int = 4000, required: bool = False) -> fields.Field[Any]:
    return Checked(text_of(longest), required=required)


class _Described(_Lenient):
    additionalValue = _text()
    additionalInfo = _text()
    additionalInfoUri = _text(2000)


class _Feature(_Described):
    featureType = _text(100, required=True)


class _Constraint(_Described):
    constraintType = _text(100, required=True)


class _Eligibility(_Described):
    eligibilityType = _text(100, required=True)


class _Discount(_Described):
    discountType = _text(100, required=True)
    description = _text()
    amount = Checked(_amount)
    balanceRate = Checked(_rate)
    transactionRate = Checked(_rate)
    feeRate = Checked(_rate)


class _Fee(_Described):
    name = _text(300, required=True)
    feeType = _text(100, required=True)
    amount = Checked(_amount)
    balanceRate = Checked(_rate)
    transactionRate = Checked(_rate)
    accruedRate = Checked(_rate)
    currency = Checked(text_of(3))
    discounts = Checked(_each(_Discount))


class _TierConditions(_Lenient):
    additionalInfo = _text()


class _Tier(_Lenient):
    name = _text(300, required=True)
    unitOfMeasure = Checked(one_of(("DOLLAR", "PERCENT", "MONTH", "DAY")), required=True)
    minimumValue = Checked(_number)
    maximumValue = Checked(_number)
    rateApplicationMethod = Checked(one_of(("WHOLE_BALANCE", "PER_TIER")))
    applicabilityConditions = Checked(_one(_TierConditions))


class _DepositRate(_Described):
    depositRateType = Checked(one_of(cdr_rates.DEPOSIT_RATES), required=True)
    rate = Checked(_rate, required=True)
    calculationFrequency = _text(100)
    applicationFrequency = _text(100)
    tiers = Checked(_each(_Tier))


class _LendingRate(_Described):
    lendingRateType = Checked(one_of(cdr_rates.LENDING_RATES), required=True)
    rate = Checked(_rate, required=True)
    comparisonRate = Checked(_rate)
    calculationFrequency = _text(100)
    applicationFrequency = _text(100)
    interestPaymentDue = Checked(one_of(("IN_ARREARS", "IN_ADVANCE")))
    repaymentType = Checked(one_of(("INTEREST_ONLY", "PRINCIPAL_AND_INTEREST")))
    loanPurpose = Checked(one_of(("OWNER_OCCUPIED", "INVESTMENT")))
    tiers = Checked(_each(_Tier))


class _Link(_Lenient):
    description = _text(300)
    additionalInfoUri = _text(2000, required=True)


class _AdditionalInformation(_Lenient):
    overviewUri = _text(2000)
    termsUri = _text(2000)
    eligibilityUri = _text(2000)
    feesAndPricingUri = _text(2000)
    bundleUri = _text(2000)
    additionalOverviewUris = Checked(_each(_Link))
    additionalTermsUris = Checked(_each(_Link))
    additionalEligibilityUris = Checked(_each(_Link))
    additionalFeesAndPricingUris = Checked(_each(_Link))
    additionalBundleUris = Checked(_each(_Link))


class CdrRecord(_Lenient):
    """One product record."""

    productId = Checked(_code, required=True)
    name = _text(300, required=True)
    description = _text()
    productCategory = Checked(one_of(cdr.CATEGORIES), required=True)
    lastUpdated = Checked(instant, required=True)
    effectiveFrom = Checked(instant)
    effectiveTo = Checked(instant)
    brand = _text(300, required=True)
    brandName = _text(300)
    isTailored = Checked(boolean, required=True)
    additionalInformation = Checked(_one(_AdditionalInformation))
    features = Checked(_each(_Feature))
    constraints = Checked(_each(_Constraint))
    eligibility = Checked(_each(_Eligibility))
    fees = Checked(_each(_Fee))
    depositRates = Checked(_each(_DepositRate))
    lendingRates = Checked(_each(_LendingRate))


def load_record(raw: Any) -> dict[str, Any]:
    """The record, checked and without nulls; ``Invalid`` with a pointer to each wrong member."""
    if not isinstance(raw, dict):
        raise Invalid(NOT_RECORD, code="not_a_record")
    return loaded(CdrRecord(), _without_nulls(raw, _DEEPEST), most=20)


def _without_nulls(value: Any, depth: int) -> Any:
    """Null, and text of nothing but spaces, stands where a member should be absent."""
    if depth == 0:
        return None
    if isinstance(value, dict):
        cleaned = {key: _without_nulls(member, depth - 1) for key, member in value.items()}
        return {key: member for key, member in cleaned.items() if not _is_nothing(member)}
    if isinstance(value, list):
        return [_without_nulls(member, depth - 1) for member in value if member is not None]
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


__all__ = ["MOST_ITEMS", "NOT_CHOICE", "CdrRecord", "load_record"]
