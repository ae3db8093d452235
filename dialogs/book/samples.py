"""Sample values for the screen book and for tests: a nurse who also translates."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

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
    """A membership that may be in every sample licence."""
    return Membership(
        id=f"mbr_{mid.id}",
        mid=mid,
        ref=f"{mid.id[0].upper()}-0001",
        tier=tier,
        eligible=frozenset(one.slug for one in TERMS),
    )


def holding(
    terms: Terms = _ROBOTS_TERMS,
    answer: Literal["yes", "no", "later"] | None = "yes",
    status: LicenceStatus = LicenceStatus.ACTIVE,
    *,
    floor: int = 1,
) -> Holding:
    """A licence with what was said to it."""
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
    said = LicenceAnswer(value=answer, version=1, at=NOW - timedelta(days=20)) if answer else None
    return Holding(membership=membership(mid), licence=licence, answer=said)


def snapshot(
    *,
    holdings: tuple[Holding, ...] | None = None,
    knob: Position = 0,
    pause: Pause = Pause.OFF,
    refusals: tuple[Refusal, ...] = (),
    many: bool = True,
) -> MemberSnapshot:
    """A member in two MIDs, or one."""
    if holdings is None:
        holdings = (
            holding(),
            holding(_SEPSIS_TERMS),
            holding(_INSURER_TERMS, None, LicenceStatus.OFFERED),
            holding(_VOICES_TERMS, "later"),
        )
    mine = (membership(), membership(TRANSLATORS)) if many else (membership(),)
    return MemberSnapshot(
        member=Member(id="mem_sample", locale=None, zone=None, created_at=NOW),
        memberships=mine,
        holdings=holdings,
        refusals=refusals,
        pause=pause,
        knob=Knob(general=knob),
        now=NOW,
    )


def portfolio(seen: MemberSnapshot | None = None) -> PortfolioView:
    """Every licence with its standing."""
    seen = seen or snapshot()
    return PortfolioView(snapshot=seen, standings=rules.standings(seen))


def portfolio_without_mids() -> PortfolioView:
    """Somebody in no MID."""
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
    one: Holding | None = None,
    outcome: CardOutcome = CardOutcome.LOOKED,
    *,
    knob: Position = 0,
    pause: Pause = Pause.OFF,
    refusals: tuple[Refusal, ...] = (),
) -> CardView:
    """One card."""
    one = one or holding()
    seen = snapshot(holdings=(one,), knob=knob, pause=pause, refusals=refusals)
    return CardView(
        snapshot=seen,
        standing=rules.standing(seen, one),
        outcome=outcome,
        proof=proof("card", one.licence.id),
    )


def proof(about: str, subject: str) -> Proof:
    """A proof with a fixed nonce."""
    return Proof(nonce=NONCE, about=about, subject=subject, digest="0" * 64, version=1)


def quiz(terms: Terms, taught: TeachBack) -> QuizView:
    """The question after a card."""
    view = card(holding(terms, None))
    asked = choice_rules.quiz_question(terms, NONCE)
    return QuizView(
        snapshot=view.snapshot, standing=view.standing, question=asked, nonce=NONCE, taught=taught
    )


def knob(
    position: Position = 1,
    *,
    scope: str = ALL,
    changed: bool = False,
    undone: bool = False,
) -> KnobView:
    """The knob of everything or of one membership."""
    yes = tuple(
        holding(
            one,
            "yes",
            LicenceStatus.OFFERED if one.slug == "fatigue-and-cover" else LicenceStatus.ACTIVE,
        )
        for one in TERMS
    )
    seen = snapshot(holdings=yes, knob=position)
    at = 0 if position == NEVER else position
    stands = position != NEVER
    return KnobView(
        snapshot=seen,
        scope=scope,
        membership=None if scope == ALL else membership(),
        position=position,
        follows=False,
        current=rules.preview_change(seen, scope, position),
        down=rules.preview_change(seen, scope, at - 1) if stands and at > LOWEST else None,
        up=rules.preview_change(seen, scope, at + 1) if stands and at < HIGHEST else None,
        at_zero=None if stands else rules.preview_change(seen, scope, 0),
        standings=rules.standings(seen),
        changed=changed,
        undo="evt_sample0000000000" if changed else None,
        undone=undone,
    )


def knob_history() -> KnobHistoryView:
    """Three earlier settings."""
    found: tuple[Position | None, ...] = (3, NEVER, None)
    settings = tuple(
        PastSetting(at=NOW - timedelta(days=n), position=at) for n, at in enumerate(found)
    )
    return KnobHistoryView(scope=ALL, settings=settings, zone="Europe/Madrid")


REFUSALS = (
    Refusal(RefusalKind.BUYER, INSURER.id),
    Refusal(RefusalKind.CATEGORY, "PhysicalHealth"),
    Refusal(RefusalKind.COMMERCIAL, "any"),
)


def refusals(found: tuple[Refusal, ...] = REFUSALS, just: Refusal | None = None) -> RefusalsView:
    """Standing refusals."""
    seen = snapshot(refusals=found)
    return RefusalsView(snapshot=seen, matches=tuple((one, 1) for one in found), changed=just)


def restore(pause: Pause, refusal: Refusal | None = None, *, stale: bool = False) -> RestoreView:
    """What going back would bring."""
    seen = snapshot(pause=pause, refusals=(refusal,) if refusal else ())
    return RestoreView(
        snapshot=seen,
        refusal=refusal,
        restored=rules.standings(snapshot())[1:2],
        proof=proof("resume", ALL),
        stale=stale,
    )


def invite(state: InviteState, mid: Mid | None = NURSES) -> InviteView:
    """An invite."""
    return InviteView(
        state=state,
        mid=mid if state is not InviteState.WRONG else None,
        expires_at=NOW + timedelta(days=7),
        invite_id="inv_sample0000000000",
        nonce=NONCE,
    )
