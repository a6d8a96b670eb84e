"""Numbers by which states, insurers and offices know a person.

Shapes, scores and telling words: see `international`.
"""

from stdnum.au import tfn
from stdnum.ca import sin
from stdnum.de import idnr
from stdnum.es import nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.us import itin
from stdnum.us import rtn as routing
from stdnum.za import idnr as south_african

from memory.screening.personal.checks import (
    by,
    health_insurance_holds,
    hetu_holds,
    identity_card_holds,
    medicare_holds,
    nif_holds,
    provider_holds,
    singapore_holds,
    social_security_holds,
)
from memory.screening.personal.recogniser import Recogniser, recogniser

PASSPORT = "passport passports travel pasaporte passaporto reisepass passnummer passeport 여권"
LICENCE = "driver drivers driver's driving license licence permit patente führerschein 면허번호"
ID = "id identity identification identification: ausweis personalausweis carta identità documento"
INSURED = "insurance versicherung krankenkasse versichertennummer kvnr krankenversicherung"


NATIONAL: tuple[Recogniser, ...] = (
    recogniser(
        "social security number",
        0.25,
        9,
        r"\b\d{3}([- .])\d{2}\1\d{4}\b",
        check=social_security_holds,
        told_by="social security ssn ssns ssid",
    ),
    recogniser(
        "social security number",
        0.05,
        9,
        r"\b\d{9}\b",
        check=social_security_holds,
        told_by="social security ssn ssns ssid",
    ),
    recogniser(
        "tax number (ITIN)",
        0.3,
        9,
        r"\b9\d{2}[- ]\d{2}[- ]\d{4}\b",
        check=by(itin),
        told_by="itin tax",
    ),
    recogniser(
        "bank routing number",
        0.05,
        9,
        r"\b[0-3678]\d{8}\b",
        check=by(routing),
        told_by="aba routing",
    ),
    recogniser("bank account number", 0.1, 8, r"\b\d{8,17}\b", told_by="account bank acct konto"),
    recogniser(
        "medical provider number",
        0.01,
        10,
        r"\b[12]\d{9}\b",
        check=provider_holds,
        told_by="npi provider",
    ),
    recogniser(
        "Medicare number",
        0.1,
        3,
        r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
        r"[AC-HJKMNP-RT-Y]{2}\d{2}\b",
        told_by="medicare mbi beneficiary",
    ),
    recogniser("passport number", 0.05, 6, r"\b[A-Z]{0,3}\d{6,9}[A-Z]?\b", told_by=PASSPORT),
    recogniser(
        "passport number",
        0.25,
        3,
        r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7}\d\b",
        check=identity_card_holds,
        told_by=f"{PASSPORT} {ID}",
    ),
    recogniser(
        "identity card number", 0.25, 8, r"\bT\d{8}\b", check=identity_card_holds, told_by=ID
    ),
    recogniser(
        "identity card number",
        0.05,
        5,
        r"\b(?:[A-Z]{2}\s?\d{7}|\d{7}[A-Z]{2}|[A-Z]{2}\d{5}[A-Z]{2})\b",
        told_by=ID,
    ),
    recogniser(
        "driving licence number",
        0.05,
        5,
        r"\b(?=[A-Z0-9]*[ -]?[A-Z0-9]*\d{4})[A-Z0-9]{1,5}[ -]?[A-Z0-9]{5,16}\b",
        told_by=LICENCE,
    ),
    recogniser(
        "driving licence number",
        0.5,
        6,
        r"\b[A-Z9]{5}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}\d[A-Z]{2}\b",
        told_by=LICENCE,
    ),
    recogniser("driving licence number", 0.1, 12, r"\b\d{2}-\d{2}-\d{6}-\d{2}\b", told_by=LICENCE),
    recogniser("tax number", 0.1, 9, r"\b\d{3}(?:-\d{3}){2,3}\b", told_by="tin tax"),
    recogniser(
        "NHS number", 0.25, 10, r"\b\d{3}[- ]\d{3}[- ]\d{4}\b", check=by(nhs), told_by="nhs health"
    ),
    recogniser("NHS number", 0.05, 10, r"\b\d{10}\b", check=by(nhs), told_by="nhs health"),
    recogniser(
        "national insurance number",
        0.5,
        6,
        r"\b(?!BG|GB|NK|KN|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
        r" ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
        told_by="nino insurance",
    ),
    recogniser(
        "tax number (Germany)",
        0.3,
        11,
        r"\b[1-9]\d{10}\b",
        check=by(idnr),
        told_by="steuer-id steuerid",
    ),
    recogniser(
        "tax number (Germany)", 0.3, 10, r"\b\d{2,3}/\d{3,4}/\d{4,5}\b", told_by="steuernummer"
    ),
    recogniser(
        "pension insurance number",
        0.5,
        10,
        r"\b\d{2}(?:0[1-9]|[12]\d|3[01]|5[1-9]|[67]\d|8[01])(?:0[1-9]|1[0-2])\d{2}[A-Z]\d{3}\b",
        told_by="rentenversicherung sozialversicherung svnr",
    ),
    recogniser(
        "health insurance number",
        0.2,
        9,
        r"\b[A-Z]\d{9}\b",
        check=health_insurance_holds,
        told_by=INSURED,
    ),
    recogniser("doctor's number", 0.1, 9, r"\b\d{9}\b", told_by="lanr arztnummer arzt-nr arzt"),
    recogniser(
        "tax number (Spain)", 0.3, 7, r"\b\d{7,8}-?[A-Z]\b", check=nif_holds, told_by="dni nif"
    ),
    recogniser(
        "tax number (Spain)", 0.3, 7, r"\b[XYZ]-?\d{7}-?[A-Z]\b", check=by(nie), told_by="nie"
    ),
    recogniser(
        "tax number (Italy)",
        0.5,
        7,
        r"\b[A-Za-z]{6}[0-9LMNP-V]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9LMNP-V]{2}"
        r"[A-Za-z][0-9LMNP-V]{3}[A-Za-z]\b",
        check=by(codicefiscale),
        told_by="codice fiscale cf",
    ),
    recogniser(
        "social security number (France)",
        0.3,
        13,
        r"\b[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}\b",
        check=by(nir),
        told_by="nir sécurité",
    ),
    recogniser(
        "citizen service number",
        0.05,
        9,
        r"\b\d{9}\b",
        check=by(bsn),
        told_by="bsn burgerservicenummer",
    ),
    recogniser(
        "personal identity code",
        0.5,
        9,
        r"\b\d{6}[-+ABCDEFYXWVU]\d{3}[0-9A-FHJ-NPR-Y]\b",
        check=hetu_holds,
        told_by="hetu henkilötunnus",
    ),
    recogniser(
        "personal identity number",
        0.15,
        10,
        r"\b(?:19|20)?\d{6}[-+]?\d{4}\b",
        check=by(personnummer),
        told_by="personnummer",
    ),
    recogniser("PESEL", 0.15, 11, r"\b\d{11}\b", check=by(pesel), told_by="pesel"),
    recogniser(
        "tax file number", 0.05, 9, r"\b\d{3} ?\d{3} ?\d{3}\b", check=by(tfn), told_by="tfn tax"
    ),
    recogniser(
        "Medicare number",
        0.05,
        10,
        r"\b[2-6]\d{3} ?\d{5} ?\d\b",
        check=medicare_holds,
        told_by="medicare",
    ),
    recogniser(
        "social insurance number",
        0.3,
        9,
        r"\b[1-79]\d{2}([- ])\d{3}\1\d{3}\b",
        check=by(sin),
        told_by="sin social",
    ),
    recogniser(
        "Aadhaar number",
        0.05,
        12,
        r"\b[2-9]\d{3}[-: ]?\d{4}[-: ]?\d{4}\b",
        check=by(aadhaar),
        told_by="aadhaar uidai",
    ),
    recogniser(
        "permanent account number",
        0.45,
        4,
        r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b",
        told_by="pan",
    ),
    recogniser("voter number", 0.3, 7, r"\b[A-Z]{3}\d{7}\b", told_by="vote voter epic"),
    recogniser(
        "identity number (Singapore)",
        0.4,
        7,
        r"\b[STFGMstfgm]\d{7}[A-Za-z]\b",
        check=singapore_holds,
    ),
    recogniser(
        "resident registration number",
        0.45,
        13,
        r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}(?!\d)",
    ),
    recogniser(
        "resident registration number",
        0.2,
        13,
        r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}(?!\d)",
        told_by="rrn frn resident foreigner",
    ),
    recogniser(
        "identity number (Thailand)",
        0.05,
        13,
        r"\b[1-8](?:[- ]?\d){12}\b",
        check=by(pin),
        told_by="thai บัตรประชาชน id",
    ),
    recogniser(
        "identity number (Turkey)",
        0.15,
        11,
        r"\b[1-9]\d{10}\b",
        check=by(tckimlik),
        told_by="tc kimlik",
    ),
    recogniser(
        "identity number (South Africa)",
        0.25,
        13,
        r"\b\d{13}\b",
        check=by(south_african),
        told_by="id",
    ),
    recogniser("national identification number", 0.05, 11, r"\b\d{11}\b", told_by="nin nimc"),
)
