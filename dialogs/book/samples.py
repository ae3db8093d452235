"""Sample data for the screen book and for tests: a nurse who is also in the translators' MID."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from dialogs.screen import Screen
from locales.words import Words
from service.choices import rules as choice_rules
from service.choices.values import CardOutcome, CardView, QuizView, RefusalsView, RestoreView
from service.journal.values import ALL, Proof, TeachBack
from service.knob.values import KnobHistoryView, KnobView, PastSetting
from service.licences.values import (
    Audit,
    Commission,
    DataItem,
    Licence,
    LicenceStatus,
    PriceTerms,
    Purpose,
    Refusal,
    RefusalKind,
    Terms,
)
from service.mids.values import Complaint, Contact, Funding, Mid, Party
from service.people.values import InviteState, InviteView, Member, Membership
from service.price.values import HIGHEST, LOWEST, NEVER, Position
from service.standing import rules
from service.standing.values import (
    Holding,
    Knob,
    LicenceAnswer,
    MemberSnapshot,
    Pause,
    PortfolioView,
)

# A screen of the book: from the words of a language to the screen in it.
Sample = Callable[[Words], Screen]

NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
NONCE = "c2FtcGxlLW5vbmNl"

INSURER = Party(
    id="steadylife-insurance", name="SteadyLife Insurance", kind="insurer", country="IE"
)
ROBOTS = Party(id="careful-robotics", name="Careful Robotics", kind="company", country="DE")
HOSPITALS = Party(
    id="andalucia-health", name="Andalusian Health Service", kind="public_body", country="ES"
)
NURSES = Mid(
    id="nurses",
    name={
        "en": "Nurses' Data Co-op",
        "es": "Cooperativa de Datos de Enfermería",
        "ar": "تعاونية بيانات التمريض",
    },
    about={
        "en": "We are 1,840 nurses. We license what our work teaches machines, and share what "
        "it earns.",
        "es": "Somos 1.840 enfermeras y enfermeros. Licenciamos lo que nuestro trabajo enseña a "
        "las máquinas y repartimos lo que gana.",
    },
    legal_form="cooperative",
    jurisdiction="EU",
    languages=("en", "es", "ar"),
    contact=Contact(
        email="help@nurses.example",
        reply_within_hours=24,
        staff_hours="Mo-Fr 09:00-17:00 Europe/Madrid",
    ),
    complaints=(
        Complaint(role="auditor", name="Fair Data Audit", contact="complaints@fairdata.example"),
    ),
    zone="Europe/Madrid",
    privacy_policy="https://nurses.example/privacy",
    funding=(
        Funding(kind="member_dues", percent=Decimal(60), volume_proportional=False),
        Funding(kind="licence_fees", percent=Decimal(40), volume_proportional=True),
    ),
    affiliates=(INSURER,),
    member_share=Decimal("0.80"),
    quiet_hours="21:00-08:00",
    notices_per_week=3,
    small_group=10,
    invite_days=7,
)
TRANSLATORS = NURSES.model_copy(
    update={
        "id": "translators",
        "name": {"en": "Translators' Guild", "es": "Gremio de Traductores", "zh_Hans": "译者公会"},
        "about": {"en": "Translators who train translation machines, and are paid for it."},
        "legal_form": "guild",
        "funding": (Funding(kind="licence_fees", percent=Decimal(100), volume_proportional=True),),
        "affiliates": (),
        "member_share": Decimal("0.65"),
    }
)

_ROBOTS_TERMS = Terms(
    mid_id="nurses",
    mid_name=NURSES.name,
    slug="lifting-robot",
    title={
        "en": "Teach lifting robots",
        "es": "Enseñar a los robots a levantar",
        "ar": "تعليم روبوتات الرفع",
    },
    why_wanted={"en": "Robots that lift patients learn from how nurses move and plan a lift."},
    unknowns={
        "en": "We do not know which hospitals will buy the robot.",
        "es": "No sabemos qué hospitales comprarán el robot.",
    },
    collector=HOSPITALS,
    buyers=(ROBOTS,),
    via=(),
    linked=(),
    remuneration="royalty",
    data=(
        DataItem(category="pd:WorkEnvironment", origin="observed", sensitive=False),
        DataItem(category="pd:ProfessionalExperience", origin="authored", sensitive=False),
    ),
    purposes=(Purpose(purpose="dpv:ImproveExistingProductsAndServices", commercial=True),),
    access_mode="compute_to_data",
    dp_epsilon=None,
    containment="contained",
    start=date(2026, 7, 1),
    end=date(2028, 6, 30),
    delete_within_days=30,
    storage=("EU",),
    price=PriceTerms(
        currency="EUR",
        per="month",
        base={"standard": Decimal("2.00"), "verified": Decimal("2.50")},
        step=Decimal("0.40"),
        bias_low=Decimal("-1.50"),
        bias_high=Decimal("2.00"),
        floor=Decimal("0.50"),
        cap=Decimal("6.00"),
        quantum=Decimal("0.01"),
        rate=Decimal("2.40"),
        settlement="uniform",
    ),
    commissions=(Commission(party=HOSPITALS, percent=Decimal(3)),),
    member_share=Decimal("0.80"),
    group_size=1840,
    residual_share=Decimal("0.02"),
    audit=Audit(on=date(2026, 6, 12), result={"en": "Access logs match the licence."}),
    legal_text={
        "en": "Access to work-environment recordings and authored lift plans for product "
        "improvement until 30 June 2028. No resale, no re-identification."
    },
)
_INSURER_TERMS = _ROBOTS_TERMS.model_copy(
    update={
        "slug": "fatigue-and-cover",
        "title": {
            "en": "Shift fatigue and insurance",
            "es": "Fatiga por turnos y seguros",
            "ar": "إرهاق المناوبات والتأمين",
        },
        "unknowns": {"en": "We cannot see how the insurer uses its copy inside its own systems."},
        "collector": Party(id="nurses", name="Nurses' Data Co-op", kind="mid", country="EU"),
        "buyers": (INSURER,),
        "linked": (INSURER.id,),
        "data": (
            DataItem(category="pd:PhysicalHealth", origin="observed", sensitive=True),
            DataItem(category="pd:WorkHistory", origin="observed", sensitive=False),
        ),
        "purposes": (
            Purpose(purpose="dpv:CommercialResearch", commercial=True),
            Purpose(purpose="dpv:SellInsightsFromData", commercial=True),
        ),
        "access_mode": "copy",
        "containment": "not_contained",
        "start": date(2026, 12, 1),
        "end": date(2027, 11, 30),
        "delete_within_days": 90,
        "price": PriceTerms(
            currency="EUR",
            per="month",
            base={"standard": Decimal("3.00")},
            step=Decimal("0.50"),
            bias_low=Decimal("-2.00"),
            bias_high=Decimal("2.50"),
            floor=Decimal("1.00"),
            cap=Decimal("4.00"),
            quantum=Decimal("0.01"),
            rate=Decimal("9.00"),
            settlement="ask",
        ),
        "commissions": (),
        "group_size": 420,
        "audit": None,
    }
)
_SEPSIS_TERMS = _ROBOTS_TERMS.model_copy(
    update={
        "slug": "sepsis-warning",
        "title": {"en": "Spot sepsis sooner", "es": "Detectar antes la sepsis"},
        "remuneration": "none",
        "price": None,
        "access_mode": "dp_query",
        "purposes": (
            Purpose(purpose="dpv:NonCommercialResearch", commercial=False),
            Purpose(purpose="dpv:ImproveHealthcare", commercial=False),
        ),
        "unknowns": {"en": "Nothing we know of."},
    }
)
_VOICES_TERMS = _ROBOTS_TERMS.model_copy(
    update={
        "mid_id": "translators",
        "mid_name": TRANSLATORS.name,
        "slug": "dialect-voices",
        "title": {
            "en": "Voices of dialects",
            "es": "Voces de los dialectos",
            "zh_Hans": "方言之声",
        },
        "data": (
            DataItem(category="pd:VoiceCommunicationRecording", origin="live", sensitive=True),
            DataItem(category="pd:Accent", origin="observed", sensitive=False),
        ),
        "access_mode": "query",
        "member_share": Decimal("0.65"),
    }
)
TERMS = (_ROBOTS_TERMS, _SEPSIS_TERMS, _INSURER_TERMS, _VOICES_TERMS)


def membership(mid: Mid = NURSES, tier: str = "verified") -> Membership:
    """A membership that is eligible for every sample licence."""
    return Membership(
        id=f"mbr_{mid.id}",
        mid=mid,
        ref=f"{mid.id[0].upper()}-0001",
        tier=tier,
        eligible=frozenset(terms.slug for terms in TERMS),
    )


def holding(
    terms: Terms = _ROBOTS_TERMS,
    answer: Literal["yes", "no", "later"] | None = "yes",
    status: LicenceStatus = LicenceStatus.ACTIVE,
    *,
    floor: int = 1,
) -> Holding:
    """A licence with the member's answer to its version 1; see ``Licence`` on ``floor``."""
    mid = NURSES if terms.mid_id == "nurses" else TRANSLATORS
    licence = Licence(
        id=f"lic_{terms.slug}"[:20],
        mid_id=terms.mid_id,
        slug=terms.slug,
        version=max(floor, 1),
        floor=floor,
        status=status,
        terms=terms,
        digest=terms.digest(),
    )
    licence_answer = (
        LicenceAnswer(value=answer, version=1, at=NOW - timedelta(days=20)) if answer else None
    )
    return Holding(membership=membership(mid), licence=licence, answer=licence_answer)


def snapshot(
    *,
    holdings: tuple[Holding, ...] | None = None,
    knob: Position = 0,
    pause: Pause = Pause.OFF,
    refusals: tuple[Refusal, ...] = (),
    many: bool = True,
) -> MemberSnapshot:
    """A member of two MIDs, or, without ``many``, of one."""
    if holdings is None:
        holdings = (
            holding(),
            holding(_SEPSIS_TERMS),
            holding(_INSURER_TERMS, None, LicenceStatus.OFFERED),
            holding(_VOICES_TERMS, "later"),
        )
    memberships = (membership(), membership(TRANSLATORS)) if many else (membership(),)
    return MemberSnapshot(
        member=Member(id="mem_sample", locale=None, zone=None, created_at=NOW),
        memberships=memberships,
        holdings=holdings,
        refusals=refusals,
        pause=pause,
        knob=Knob(general=knob),
        now=NOW,
    )


def portfolio(member_snapshot: MemberSnapshot | None = None) -> PortfolioView:
    """Every licence of the snapshot with its standing."""
    member_snapshot = member_snapshot or snapshot()
    return PortfolioView(snapshot=member_snapshot, standings=rules.standings(member_snapshot))


def portfolio_without_mids() -> PortfolioView:
    """The portfolio of a member of no MID."""
    empty = MemberSnapshot(
        member=Member(id="mem_sample", locale=None, zone=None, created_at=NOW),
        memberships=(),
        holdings=(),
        refusals=(),
        pause=Pause.OFF,
        knob=Knob(),
        now=NOW,
    )
    return portfolio(empty)


def card(
    shown: Holding | None = None,
    outcome: CardOutcome = CardOutcome.LOOKED,
    *,
    knob: Position = 0,
    pause: Pause = Pause.OFF,
    refusals: tuple[Refusal, ...] = (),
) -> CardView:
    """The card of a holding, for a member who has no other."""
    shown = shown or holding()
    member_snapshot = snapshot(holdings=(shown,), knob=knob, pause=pause, refusals=refusals)
    return CardView(
        snapshot=member_snapshot,
        standing=rules.standing(member_snapshot, shown),
        outcome=outcome,
        proof=proof("card", shown.licence.id),
    )


def proof(about: str, subject: str) -> Proof:
    """A proof with a fixed nonce."""
    return Proof(nonce=NONCE, about=about, subject=subject, digest="0" * 64, version=1)


def quiz(terms: Terms, taught: TeachBack) -> QuizView:
    """The quiz after the card of a licence with these terms."""
    view = card(holding(terms, None))
    question = choice_rules.quiz_question(terms, NONCE)
    return QuizView(
        snapshot=view.snapshot,
        standing=view.standing,
        question=question,
        nonce=NONCE,
        taught=taught,
    )


def knob(
    position: Position = 1,
    *,
    scope: str = ALL,
    changed: bool = False,
    undone: bool = False,
) -> KnobView:
    """The general knob, or that of one membership, for a member with a yes to every licence."""
    holdings = tuple(
        holding(
            terms,
            "yes",
            LicenceStatus.OFFERED if terms.slug == "fatigue-and-cover" else LicenceStatus.ACTIVE,
        )
        for terms in TERMS
    )
    member_snapshot = snapshot(holdings=holdings, knob=position)
    step = 0 if position == NEVER else position
    on_scale = position != NEVER
    return KnobView(
        snapshot=member_snapshot,
        scope=scope,
        membership=None if scope == ALL else membership(),
        position=position,
        follows=False,
        current=rules.preview_change(member_snapshot, scope, position),
        down=rules.preview_change(member_snapshot, scope, step - 1)
        if on_scale and step > LOWEST
        else None,
        up=rules.preview_change(member_snapshot, scope, step + 1)
        if on_scale and step < HIGHEST
        else None,
        at_zero=None if on_scale else rules.preview_change(member_snapshot, scope, 0),
        standings=rules.standings(member_snapshot),
        changed=changed,
        undo="evt_sample0000000000" if changed else None,
        undone=undone,
    )


def knob_history() -> KnobHistoryView:
    """Three earlier settings."""
    positions: tuple[Position | None, ...] = (3, NEVER, None)
    settings = tuple(
        PastSetting(at=NOW - timedelta(days=days), position=position)
        for days, position in enumerate(positions)
    )
    return KnobHistoryView(scope=ALL, settings=settings, zone="Europe/Madrid")


REFUSALS = (
    Refusal(RefusalKind.BUYER, INSURER.id),
    Refusal(RefusalKind.CATEGORY, "PhysicalHealth"),
    Refusal(RefusalKind.COMMERCIAL, "any"),
)


def refusals(
    standing: tuple[Refusal, ...] = REFUSALS, changed: Refusal | None = None
) -> RefusalsView:
    """The refusals in force, each of which keeps the member out of one licence."""
    return RefusalsView(
        snapshot=snapshot(refusals=standing),
        matches=tuple((refusal, 1) for refusal in standing),
        changed=changed,
    )


def restore(pause: Pause, refusal: Refusal | None = None, *, stale: bool = False) -> RestoreView:
    """What ending a pause, or lifting a refusal, would bring back: one licence."""
    member_snapshot = snapshot(pause=pause, refusals=(refusal,) if refusal else ())
    return RestoreView(
        snapshot=member_snapshot,
        refusal=refusal,
        restored=rules.standings(snapshot())[1:2],
        proof=proof("resume", ALL),
        stale=stale,
    )


def invite(state: InviteState, mid: Mid | None = NURSES) -> InviteView:
    """An invite in some state; of no MID in the state ``WRONG``."""
    return InviteView(
        state=state,
        mid=mid if state is not InviteState.WRONG else None,
        expires_at=NOW + timedelta(days=7),
        invite_id="inv_sample0000000000",
        nonce=NONCE,
    )
