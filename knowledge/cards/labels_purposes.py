"""Labels for purposes: terms of the Data Privacy Vocabulary (DPV) in plain words.

A term that is not here has the label of its nearest broader term, see `vocabulary.py`. A label
names the purpose alone: whether it is for profit is in the licence, and shown beside it.
"""

from collections.abc import Mapping
from typing import Final

from locales.words import mark

PURPOSE_LABELS: Final[Mapping[str, str]] = {
    # NOTE: From here on, purposes: what a buyer may do with members' data. Each is a short
    # phrase of its own, without a full stop, that begins with what is done: "To ...". Do not
    # make it sound better than it is. Money is said elsewhere. First: research.
    "dpv:ResearchAndDevelopment": mark("To do research and build new things"),
    "dpv:AcademicResearch": mark("To do research at a university"),
    "dpv:CommercialResearch": mark("To do research for a company"),
    "dpv:NonCommercialResearch": mark("To do research outside of business"),
    "dpv:ScientificResearch": mark("To do scientific research"),
    "dpv:CommercialPurpose": mark("To do business with it"),
    "dpv:NonCommercialPurpose": mark("To use it outside of business"),
    # NOTE: Purposes: for the public and for the state.
    "dpv:PublicBenefit": mark("To serve the public"),
    "dpv:ImproveHealthcare": mark("To make health care better"),
    "dpv:ImprovePublicServices": mark("To make public services better"),
    "dpv:ImproveTransportMobility": mark("To make traffic and travel better"),
    "dpv:CombatClimateChange": mark("To fight climate change"),
    "dpv:DataAltruism": mark("To help the public with shared data"),
    "dpv:ProvideOfficialStatistics": mark("To make official statistics"),
    "dpv:PublicPolicyMaking": mark("To make laws and public plans"),
    "dpv:ProtectionOfPublicSecurity": mark("To guard public safety"),
    "dpv:ProtectionOfNationalSecurity": mark("To guard the security of a country"),
    "dpv:Counterterrorism": mark("To fight terrorism"),
    # NOTE: Purposes: making, running and selling products and services.
    "dpv:ServiceManagement": mark("To run a product or service"),
    "dpv:ServiceProvision": mark("To offer a product or service"),
    "dpv:ServiceOptimisation": mark("To make a service work better"),
    "dpv:ImproveExistingProductsAndServices": mark("To make a product or service better"),
    "dpv:OptimisationForConsumer": mark("To make a service better for its customers"),
    "dpv:OptimisationForController": mark("To make a service better for its provider"),
    "dpv:ServiceMonitoring": mark("To watch how a service works"),
    "dpv:ServiceUsageAnalytics": mark("To study how a service is used"),
    "dpv:ServiceAccessDetermination": mark("To decide who may use a service"),
    "dpv:SellProducts": mark("To sell products or services"),
    "dpv:SellProductsToDataSubject": mark("To sell things to you"),
    # NOTE: The buyer hands the data to others and is paid for it. Do not write "sell your data":
    # these words are kept out of every screen.
    "dpv:SellDataToThirdParties": mark("To pass your data on to others for money"),
    # NOTE: "They" is the buyer, "it" the data; the data itself stays with the buyer.
    "dpv:SellInsightsFromData": mark("To sell what they learn from it"),
    # NOTE: Purposes: fitting a product to each person, and advertising.
    "dpv:Personalisation": mark("To fit things to each person"),
    "dpv:ServicePersonalisation": mark("To fit a service to each person"),
    "dpv:ProvidePersonalisedRecommendations": mark("To suggest things to each person"),
    "dpv:Marketing": mark("To promote a product or an organisation"),
    "dpv:Advertising": mark("To advertise"),
    "dpv:DirectMarketing": mark("To send adverts straight to people"),
    "dpv:PersonalisedAdvertising": mark("To fit adverts to each person"),
    "dpv:TargetedAdvertising": mark("To aim adverts at certain people"),
    "dpv:PublicRelations": mark("To make an organisation look good"),
    "dpv:PoliticalCampaign": mark("To win votes in an election"),
    # NOTE: Purposes: keeping things safe, and checking people.
    "dpv:EnforceSecurity": mark("To keep people, data and things secure"),
    "dpv:Verification": mark("To check that facts are true"),
    "dpv:IdentityVerification": mark("To check who people are"),
    "dpv:MisusePreventionAndDetection": mark("To find and stop misuse"),
    "dpv:FraudPreventionAndDetection": mark("To find and stop fraud"),
    "dpv:MaintainFraudDatabase": mark("To keep a list of fraud cases"),
    # NOTE: Purposes: people at work, seen by an employer.
    "dpv:HumanResourceManagement": mark("To manage people at work"),
    "dpv:PersonnelManagement": mark("To manage staff"),
    "dpv:PersonnelHiring": mark("To hire staff"),
    "dpv:RecruitmentManagement": mark("To find and choose new staff"),
    "dpv:RecruitmentApplicantBackgroundCheck": mark("To look into the past of job seekers"),
    "dpv:RecruitmentApplicantCriminalBackgroundCheck": mark(
        "To check job seekers for past crimes"
    ),
    "dpv:PersonnelMonitoring": mark("To watch staff"),
    "dpv:PersonnelPerformanceManagement": mark("To watch and steer how well staff work"),
    "dpv:PersonnelPerformanceEvaluation": mark("To judge how well staff work"),
    "dpv:PersonnelPerformancePrediction": mark("To predict how well staff will work"),
    "dpv:PersonnelPromotionManagement": mark("To decide who moves up at work"),
    "dpv:PersonnelTerminationManagement": mark("To decide who has to leave a job"),
    "dpv:PersonnelWorkloadManagement": mark("To plan how much work staff get"),
    # NOTE: Purposes: customers, suppliers, law and office work.
    "dpv:CustomerManagement": mark("To deal with customers"),
    "dpv:CustomerCare": mark("To help customers"),
    "dpv:CustomerClaimsManagement": mark("To decide on claims of customers"),
    "dpv:CustomerSolvencyMonitoring": mark("To check if customers can pay"),
    "dpv:CommunicationManagement": mark("To send and handle messages"),
    "dpv:AccountManagement": mark("To run people's accounts"),
    "dpv:VendorManagement": mark("To deal with suppliers"),
    "dpv:RecordManagement": mark("To keep records"),
    "dpv:OrganisationGovernance": mark("To run an organisation"),
    "dpv:OrganisationRiskManagement": mark("To handle an organisation's risks"),
    "dpv:EstablishContractualAgreement": mark("To set up a contract"),
    "dpv:FulfilmentOfObligation": mark("To meet a duty"),
    "dpv:LegalCompliance": mark("To follow the law"),
    "dpv:RightsFulfilment": mark("To give people their legal rights"),
    "dpv:ProtectionOfIPR": mark("To protect owned ideas and works"),
}
