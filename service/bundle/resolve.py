"""From the blocks of a bundle to stored values: the MID, and complete term sheets."""

from service.bundle.schema.bundle import Bundle
from service.bundle.schema.licence import LicenceSpec
from service.bundle.schema.mid import MidSpec, PartySpec, StandardsSpec
from service.licences.values import Audit, Commission, DataItem, PriceTerms, Purpose, Terms
from service.mids.values import Complaint, Contact, Funding, Mid, Party, Standards


def resolve_mid(bundle: Bundle) -> Mid:
    """Build the MID, its affiliates as parties."""
    spec, parties = bundle.mid, _build_parties(bundle)
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
        funding=tuple(Funding(**funding.model_dump()) for funding in spec.funding),
        affiliates=tuple(parties[affiliate] for affiliate in spec.affiliates),
        member_share=spec.member_share,
        quiet_hours=spec.attention.quiet_hours,
        notices_per_week=spec.attention.notices_per_week,
        small_group=spec.small_group,
        invite_days=spec.invite_days,
        second_person_above=spec.notices.second_person_above,
        hold_minutes=spec.notices.hold_minutes,
        model_level=spec.model_level,
        standards=_build_standards(spec.standards),
        labels=labels,
    )


def _build_standards(spec: StandardsSpec | None) -> Standards | None:
    if spec is None:
        return None
    return Standards(version=spec.version, on=spec.on, text=spec.text or {}, url=spec.url)


def resolve_terms(bundle: Bundle) -> list[tuple[LicenceSpec, Terms]]:
    """Build the term sheet of every licence, with parties, links and the MID's share filled in."""
    parties = _build_parties(bundle)
    return [(spec, _build_terms(bundle.mid, spec, parties)) for spec in bundle.licences]


def _build_terms(mid: MidSpec, spec: LicenceSpec, parties: dict[str, Party]) -> Terms:
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
        via=tuple(parties[party_id] for party_id in spec.via),
        linked=tuple(sorted(party_id for party_id in involved if party_id in mid.affiliates)),
        remuneration=spec.remuneration,
        data=tuple(
            DataItem(
                category=data.category,
                origin=data.origin,
                sensitive=data.sensitive,
                optional=data.optional,
            )
            for data in spec.data
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
        withheld=_list_withheld(spec),
    )


def _list_withheld(spec: LicenceSpec) -> tuple[str, ...]:
    """List the confidential fields, as far as they are set at all."""
    confidential = {name for name, seen in spec.visibility.items() if seen == "confidential"}
    return tuple(sorted(name for name in confidential if getattr(spec, name) is not None))


def _build_parties(bundle: Bundle) -> dict[str, Party]:
    mid = bundle.mid
    # The MID itself may be referred to as a party, as the collector.
    itself = Party(
        id=mid.id,
        name=next(iter(mid.name.values())),
        kind="mid",
        country=mid.jurisdiction,
    )
    return {mid.id: itself, **{party.id: _build_party(party) for party in bundle.parties}}


def _build_party(spec: PartySpec) -> Party:
    return Party(id=spec.id, name=spec.name, kind=spec.class_, country=spec.country)
