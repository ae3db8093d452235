"""From what a bundle says to what is stored: a MID, and term sheets with everything filled in."""

from service.bundle.schema.bundle import Bundle
from service.bundle.schema.licence import LicenceSpec
from service.bundle.schema.mid import MidSpec, PartySpec
from service.licences.values import Audit, Commission, DataItem, PriceTerms, Purpose, Terms
from service.mids.values import Complaint, Contact, Funding, Mid, Party, Standards


def resolve_mid(bundle: Bundle) -> Mid:
    """The MID, its affiliates resolved to parties."""
    spec, parties = bundle.mid, _parties(bundle)
    labels = spec.labels.model_dump(exclude_none=True) if spec.labels else {}
    return Mid(
        id=spec.id,
        name=spec.name,
        about=spec.about,
        legal_form=spec.legal_form,
        jurisdiction=spec.jurisdiction,
        languages=tuple(spec.languages),
        contact=Contact(**spec.contact.model_dump()),
        complaints=tuple(Complaint(**complaint.model_dump()) for complaint in spec.complaints),
        zone=spec.zone,
        privacy_policy=spec.privacy_policy,
        funding=tuple(Funding(**one.model_dump()) for one in spec.funding),
        affiliates=tuple(parties[affiliate] for affiliate in spec.affiliates),
        member_share=spec.member_share,
        quiet_hours=spec.attention.quiet_hours,
        notices_per_week=spec.attention.notices_per_week,
        small_group=spec.small_group,
        invite_days=spec.invite_days,
        second_person_above=spec.notices.second_person_above,
        hold_minutes=spec.notices.hold_minutes,
        model_level=spec.model_level,
        standards=_standards(spec),
        labels=labels,
    )


def _standards(spec: MidSpec) -> Standards | None:
    one = spec.standards
    if one is None:
        return None
    return Standards(version=one.version, on=one.on, text=one.text or {}, url=one.url)


def resolve_terms(bundle: Bundle) -> list[tuple[LicenceSpec, Terms]]:
    """Every licence with its term sheet: parties, links and the MID's share written out."""
    parties = _parties(bundle)
    return [(spec, _terms(bundle.mid, spec, parties)) for spec in bundle.licences]


def _terms(mid: MidSpec, spec: LicenceSpec, parties: dict[str, Party]) -> Terms:
    involved = dict.fromkeys([spec.collector, *spec.buyers, *spec.via])
    price = spec.price
    return Terms(
        mid_id=mid.id,
        mid_name=mid.name,
        slug=spec.id,
        title=spec.title,
        why_wanted=spec.why_wanted,
        unknowns=spec.unknowns,
        collector=parties[spec.collector],
        buyers=tuple(parties[buyer] for buyer in spec.buyers),
        via=tuple(parties[one] for one in spec.via),
        linked=tuple(sorted(one for one in involved if one in mid.affiliates)),
        remuneration=spec.remuneration,
        data=tuple(
            DataItem(
                category=one.category,
                origin=one.origin,
                sensitive=one.sensitive,
                optional=one.optional,
            )
            for one in spec.data
        ),
        purposes=tuple(
            Purpose(purpose=purpose.purpose, commercial=purpose.commercial)
            for purpose in spec.purposes
        ),
        access_mode=spec.access_mode,
        dp_epsilon=spec.dp_epsilon,
        containment=spec.containment,
        start=spec.start,
        end=spec.end,
        delete_within_days=spec.delete_within_days,
        storage=tuple(spec.storage),
        price=None
        if price is None
        else PriceTerms(
            currency=price.currency,
            per=price.per,
            base=price.base,
            step=price.step,
            bias_low=price.bias[0],
            bias_high=price.bias[1],
            floor=price.limits[0],
            cap=price.limits[1],
            quantum=price.quantum,
            rate=price.rate,
            settlement=price.settlement,
        ),
        commissions=tuple(
            Commission(party=parties[commission.party], percent=commission.percent)
            for commission in spec.commissions
        ),
        member_share=mid.member_share if spec.member_share is None else spec.member_share,
        group_size=spec.group_size,
        residual_share=spec.residual_share,
        audit=None if spec.audit is None else Audit(on=spec.audit.on, result=spec.audit.result),
        legal_text=spec.legal_text,
        withheld=_withheld(spec),
    )


def _withheld(spec: LicenceSpec) -> tuple[str, ...]:
    """What is confidential. Where there is nothing, nothing is kept back either."""
    said = {name for name, seen in spec.visibility.items() if seen == "confidential"}
    return tuple(sorted(name for name in said if getattr(spec, name) is not None))


def _parties(bundle: Bundle) -> dict[str, Party]:
    mid = bundle.mid
    # The MID itself may be named as a party, as the one who collects.
    itself = Party(
        id=mid.id,
        name=next(iter(mid.name.values())),
        kind="mid",
        country=mid.jurisdiction,
    )
    return {mid.id: itself, **{party.id: _party(party) for party in bundle.parties}}


def _party(spec: PartySpec) -> Party:
    return Party(id=spec.id, name=spec.name, kind=spec.class_, country=spec.country)
