"""Labels for kinds of data: terms of the Data Privacy Vocabulary (DPV) in plain words.

A term that is not here has the label of its nearest broader term, see `vocabulary.py`. A label may
say too much, never too little: where the broader label would make a term sound more harmless than
it is, the term has a label of its own.
"""

from collections.abc import Mapping
from typing import Final

from locales.words import mark

DATA_LABELS: Final[Mapping[str, str]] = {
    # NOTE: From here on, kinds of data: what a licence may use. Each is a short phrase of its
    # own, without a full stop, and may be followed by a bracket: "Where you work (recorded)".
    # "You" is the member, one person. Plain words, no terms of law. First: work.
    "pd:Professional": mark("Your work and studies"),
    "pd:WorkEnvironment": mark("Where you work"),
    "pd:WorkHistory": mark("Your work history"),
    "pd:ProfessionalExperience": mark("What you know from your job"),
    "pd:PerformanceAtWork": mark("How well you do your job"),
    # NOTE: Reviews of the member, or reviews that the member writes as work: keep it open.
    "pd:ProfessionalEvaluation": mark("Reviews and grades from your work"),
    "pd:ProfessionalCertification": mark("Your work certificates"),
    "pd:EmploymentHistory": mark("Jobs you have and had"),
    "pd:Job": mark("Your kind of job"),
    "pd:DisciplinaryAction": mark("Warnings and penalties at work"),
    "pd:Salary": mark("Your pay"),
    "pd:TechnicalKnowledge": mark("Your technical skills"),
    # NOTE: Kinds of data: learning.
    "pd:Education": mark("Your education"),
    "pd:EducationQualification": mark("Your diplomas and degrees"),
    "pd:School": mark("Your school and your grades"),
    # NOTE: Kinds of data: language and voice.
    "pd:Language": mark("Your language and how you use it"),
    "pd:Accent": mark("Your accent"),
    "pd:Dialect": mark("Your dialect"),
    "pd:VoiceCommunicationRecording": mark("Your voice and what you say"),
    # NOTE: Kinds of data: messages, and ways to reach you.
    "pd:Communication": mark("Your messages and calls"),
    "pd:EmailContent": mark("What is in your emails"),
    "pd:SocialMedia": mark("What you do on social media"),
    "pd:PubliclyAvailableSocialMedia": mark("Your public posts on social media"),
    "pd:CallLog": mark("Who you called and when"),
    "pd:CommunicationsMetadata": mark("Who you are in touch with and when"),
    "pd:Contact": mark("Ways to reach you"),
    "pd:EmailAddress": mark("Your email address"),
    "pd:TelephoneNumber": mark("Your phone number"),
    "pd:PhysicalAddress": mark("Your address"),
    "pd:PostalCode": mark("Your postcode"),
    # NOTE: Kinds of data: places.
    "pd:Location": mark("Where you are or have been"),
    "pd:CurrentLocation": mark("Where you are now"),
    "pd:GPSCoordinate": mark("Your exact spot on the map"),
    "pd:HomeLocation": mark("Where you live"),
    "pd:WorkLocation": mark("The address of your work"),
    "pd:TravelHistory": mark("Where you have travelled"),
    "pd:BirthPlace": mark("Where you were born"),
    "pd:Country": mark("Your country"),
    "pd:Geographic": mark("The area you live in"),
    # NOTE: Kinds of data: health.
    "pd:MedicalHealth": mark("Your health and health care"),
    "pd:Health": mark("Your health"),
    "pd:PhysicalHealth": mark("Your physical health"),
    "pd:MentalHealth": mark("Your mental health"),
    "pd:HealthRecord": mark("Your medical records"),
    "pd:HealthHistory": mark("Illnesses you or your family had"),
    "pd:Prescription": mark("Medicines you were given"),
    "pd:Disability": mark("Disabilities you have"),
    "pd:DrugTestResult": mark("Results of your drug tests"),
    "pd:Genetic": mark("What your genes show"),
    "pd:DNACode": mark("Your DNA"),
    # NOTE: Kinds of data: the body and how you look.
    "pd:External": mark("What others can see or learn about you"),
    "pd:PhysicalCharacteristic": mark("Your body and looks"),
    "pd:PhysicalTrait": mark("Features of your body"),
    "pd:Age": mark("Your age"),
    "pd:BirthDate": mark("Your date of birth"),
    "pd:Gender": mark("Your gender"),
    "pd:SkinTone": mark("The colour of your skin"),
    # NOTE: Body measures by which a machine can tell one person from all others.
    "pd:Biometric": mark("Body features that identify you"),
    "pd:FacialPrint": mark("The pattern of your face"),
    "pd:FacialExpression": mark("What your face shows"),
    "pd:Fingerprint": mark("Your fingerprints"),
    # NOTE: Kinds of data: who you are.
    "pd:Identifying": mark("What shows who you are"),
    "pd:Name": mark("Your name"),
    "pd:Picture": mark("Pictures of you"),
    "pd:OfficialID": mark("Your ID papers and numbers"),
    "pd:Authenticating": mark("Your passwords and secret codes"),
    "pd:Ethnicity": mark("Your ethnic background"),
    "pd:Race": mark("Your race"),
    "pd:Nationality": mark("Your nationality"),
    "pd:Citizenship": mark("Your citizenship"),
    "pd:Demographic": mark("Basic facts about you"),
    "pd:Profile": mark("A description of you made from data"),
    "pd:PersonalDocuments": mark("Your diaries and private papers"),
    "pd:Historical": mark("Your past"),
    "pd:Vulnerability": mark("What could put you at risk"),
    # NOTE: Kinds of data: devices and the web.
    "pd:Tracking": mark("What can be used to follow you"),
    "pd:DeviceBased": mark("Your devices"),
    "pd:DeviceSoftware": mark("Apps and systems on your devices"),
    "pd:IPAddress": mark("Your internet address"),
    "pd:DigitalFingerprint": mark("Online traces that point to you"),
    "pd:BrowserFingerprint": mark("Marks of your browser that point to you"),
    "pd:BrowsingBehaviour": mark("What you do on the web"),
    "pd:BrowserHistory": mark("Web pages you visited"),
    # NOTE: Kinds of data: what you do.
    "pd:Behavioural": mark("What you do and how you act"),
    "pd:ServiceConsumptionBehaviour": mark("How you use a service"),
    "pd:TVViewingBehaviour": mark("What you watch"),
    "pd:VehicleUsage": mark("How you drive"),
    "pd:Vehicle": mark("Your vehicle"),
    "pd:VehicleLicense": mark("Your number plate and car papers"),
    "pd:Personality": mark("Your personality"),
    # NOTE: Kinds of data: money and belongings.
    "pd:Financial": mark("Your money and belongings"),
    "pd:FinancialAccount": mark("Your bank and other money accounts"),
    "pd:Transactional": mark("What you earn and spend"),
    "pd:Income": mark("Your income"),
    "pd:IncomeBracket": mark("Your income range"),
    "pd:Purchase": mark("What you buy"),
    "pd:PurchasesAndSpendingHabit": mark("Your spending habits"),
    "pd:Credit": mark("How far you are trusted with money"),
    "pd:CreditScore": mark("Your credit score"),
    "pd:LoanRecord": mark("Loans you took or asked for"),
    "pd:Insurance": mark("Your insurance"),
    "pd:Ownership": mark("What you own or rent"),
    # NOTE: Kinds of data: family and other people.
    "pd:Social": mark("Your life with other people"),
    "pd:Family": mark("Your family and relationships"),
    "pd:FamilyStructure": mark("How your family is made up"),
    "pd:Offspring": mark("Your children"),
    "pd:MaritalStatus": mark("Whether you are or were married"),
    "pd:Household": mark("Life in your home"),
    "pd:SocialNetwork": mark("People you know"),
    "pd:GroupMembership": mark("Groups you belong to"),
    "pd:TradeUnionMembership": mark("Your trade union"),
    "pd:PublicLife": mark("Your public life"),
    "pd:Criminal": mark("Crime and court records about you"),
    "pd:Sexual": mark("Your sex life and desires"),
    # NOTE: Kinds of data: thoughts and tastes.
    "pd:Internal": mark("What goes on in your mind"),
    "pd:Emotion": mark("Your feelings"),
    "pd:Preference": mark("What you want and prefer"),
    "pd:Interest": mark("Your interests and tastes"),
    "pd:Opinion": mark("Your opinions"),
    "pd:KnowledgeBelief": mark("What you know and believe"),
    "pd:Religion": mark("Your religion"),
    "pd:ReligiousBelief": mark("Your religious beliefs"),
    "pd:PoliticalAffiliation": mark("Your ties to a political party"),
    "pd:PoliticalOpinion": mark("Your political views"),
}
