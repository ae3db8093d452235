"""The controlled words: what is known, what is near, what is above, what is sensitive."""

import pytest

from service.licences import dpv


def test_terms_are_known_only_with_their_own_prefix():
    assert dpv.is_purpose("dpv:ImproveHealthcare")
    assert dpv.is_category("pd:WorkEnvironment")
    assert not dpv.is_purpose("ImproveHealthcare")
    assert not dpv.is_purpose("pd:WorkEnvironment")
    assert not dpv.is_category("dpv:ImproveHealthcare")


def test_properties_and_the_root_are_not_purposes():
    for term in ("dpv:hasPurpose", "dpv:hasSector", "dpv:Sector", "dpv:Purpose"):
        assert not dpv.is_purpose(term)


def test_the_nearest_terms_ignore_prefix_and_capitals():
    assert dpv.nearest("improvehealthCARE", "purpose")[0] == "dpv:ImproveHealthcare"
    assert dpv.nearest("dpv:PhysicalHealt", "category", 1) == ("pd:PhysicalHealth",)
    assert dpv.nearest("qqqqqqqq", "category") == ()


def test_ancestors_come_nearest_first_from_every_parent():
    assert dpv.ancestors("dpv:CommercialResearch") == (
        "dpv:CommercialPurpose",
        "dpv:ResearchAndDevelopment",
        "dpv:Purpose",
    )
    assert dpv.ancestors("pd:PhysicalHealth")[:2] == ("pd:Health", "pd:MedicalHealth")
    assert "dpv:SpecialCategoryPersonalData" in dpv.ancestors("pd:PhysicalHealth")
    assert dpv.ancestors("pd:Nonsense") == ()


def test_a_loop_between_terms_ends(monkeypatch):
    looped = dpv._Tables({"dpv:A": ("dpv:B",), "dpv:B": ("dpv:A",)}, {}, {})
    monkeypatch.setattr(dpv, "_tables", lambda: looped)
    dpv.ancestors.cache_clear()
    assert dpv.ancestors("dpv:A") == ("dpv:B",)
    dpv.ancestors.cache_clear()


def test_every_parent_leads_up_to_a_root():
    tables = dpv._tables()
    assert all(
        dpv.ancestors(term)[-1] == "dpv:Purpose" or "dpv:Purpose" in dpv.ancestors(term)
        for term in tables.purposes
        if "dpv:LegalObligation" not in dpv.ancestors(term)
    )
    assert all(dpv.ancestors(term) for term in tables.categories)


def test_every_sensitive_root_has_a_reason_and_exists():
    for term, reason in dpv._tables().sensitive_roots.items():
        assert reason
        assert dpv.is_category(term) or term.startswith("dpv:")


@pytest.mark.parametrize(
    "term",
    [
        "pd:PhysicalHealth",
        "pd:MentalHealth",
        "pd:Fingerprint",
        "pd:DNACode",
        "pd:Genetic",
        "pd:SexualPreference",
        "pd:ReligiousBelief",
        "pd:PoliticalOpinion",
        "pd:Race",
        "pd:Ethnicity",
        "pd:TradeUnionMembership",
        "pd:GPSCoordinate",
        "pd:TravelHistory",
        "pd:Income",
        "pd:Salary",
        "pd:BankAccount",
        "pd:VoiceCommunicationRecording",
        "pd:CriminalConviction",
        "pd:Vulnerability",
        "pd:Offspring",
        "pd:Password",
    ],
)
def test_special_and_sensitive_data_are_marked(term):
    assert dpv.is_category(term)
    assert dpv.is_sensitive(term)


@pytest.mark.parametrize(
    "term",
    [
        "pd:WorkEnvironment",
        "pd:ProfessionalExperience",
        "pd:PerformanceAtWork",
        "pd:WorkHistory",
        "pd:Language",
        "pd:ProfessionalEvaluation",
        "pd:FavouriteColour",
        "pd:Nonsense",
    ],
)
def test_ordinary_data_are_not_marked(term):
    assert not dpv.is_sensitive(term)
