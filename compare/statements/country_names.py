"""Spellings of countries that the ISO list does not have, and what ISO does not code at all."""

from __future__ import annotations

OWN_NAMES: dict[str, str] = {
    "ASN": "ASEAN",
    "CSK": "Czechoslovakia",
    "DDR": "German Democratic Republic",
    "EUU": "European Union",
    "SCG": "Serbia and Montenegro",
    "SUN": "Soviet Union",
    "UNO": "United Nations",
    "XAL": "League of Arab States",
    "XAU": "African Union",
    "XCC": "Caribbean Community",
    "XCE": "Council of Europe",
    "XEC": "Economic Community of West African States",
    "XGC": "Gulf Cooperation Council",
    "XKX": "Kosovo",
    "XNT": "NATO",
    "XOI": "Organisation of Islamic Cooperation",
    "XOM": "Sovereign Order of Malta",
    "XOS": "Organization for Security and Co-operation in Europe",
    "XRC": "International Committee of the Red Cross",
    "YMD": "Democratic Yemen",
    "YUG": "Yugoslavia",
}
"""Names of organisations (the program's own codes, in the range ISO leaves to users where no code
is in use elsewhere) and of States that are no more."""

SHORT_NAMES: dict[str, str] = {
    "COD": "Democratic Republic of the Congo",
    "COG": "Republic of the Congo",
    "FSM": "Micronesia",
    "PSE": "Palestine",
    "RUS": "Russia",
    "VAT": "Holy See",
    "VGB": "British Virgin Islands",
    "VIR": "United States Virgin Islands",
    "BRN": "Brunei",
}
"""Names to show where the ISO list turns the words round ("Congo, The …") or is not in use."""

RENAMED: dict[str, str] = {
    "AFI": "DJI",
    "BUR": "MMR",
    "BYS": "BLR",
    "DHY": "BEN",
    "FXX": "FRA",
    "HVO": "BFA",
    "NHB": "VUT",
    "RHO": "ZWE",
    "TMP": "TLS",
    "VDR": "VNM",
    "ZAR": "COD",
}
"""Withdrawn codes of States that go on under another name. A State that was dissolved or joined
another (SUN, YUG, CSK, SCG, DDR, YMD) keeps its own code: its words are not its successor's."""

SPELLINGS: dict[str, str] = {
    "AFG": "Afganistan; Islamic Emirate of Afghanistan",
    "ARE": "UAE; Emirates",
    "ASN": "ASEAN; Association of Southeast Asian Nations; Association of South-East Asian Nations",
    "ATG": "Antigua",
    "BEN": "Dahomey; Benin (Dahomey); People's Republic of Benin",
    "BFA": "Burkina; Upper Volta; Republic of Upper Volta",
    "BGR": "People's Republic of Bulgaria",
    "BIH": "Bosnia; Bosnia-Hercegovina; Bosnia and Herzegovia; Bosnia Herzegovina; BiH",
    "BLR": "BSSR; BelSSR; Byelorussian SSR; Byelorussia; Belorussia; Belorussian SSR; "
    "Byelorussian Soviet Socialist Republic; Byelorussian Soviet Socialist Repulic; "
    "Belarus, Byelorussian Soviet Socialist Republic",
    "BRN": "Brunei; State of Brunei Darussalam",
    "BWA": "Bostwana",
    "CAF": "CAR; Central Africa; Central African Empire; Central African Empire/CAR; "
    "Central Africa Republic",
    "CHN": "PRC; People's Republic of China; Mainland China; China, mainland",
    "CIV": "Ivory Coast; Cote d Ivoire",
    "COD": "DRC; DR Congo; Congo-Kinshasa; Congo (Kinshasa); Congo, Leopoldville; Zaire; "
    "Congo (Leopoldville); Democratic Republic of Congo; Democratic Congo; Congo, DR; "
    "Congo, Dem. Rep.; Republic of Zaire; Congo, Democratic Republic",
    "COG": "Congo-Brazzaville; Congo (Brazzaville); Congo, Brazzavile; Congo, Rep.; "
    "People's Republic of the Congo; Republic of Congo",
    "COM": "Comoras; Comoro Islands",
    "CPV": "Cape Verde; Cape Verda; Republic of Cape Verde",
    "CSK": "Czechoslovakia; Czecho-Slovakia; Czechoslovak Socialist Republic; "
    "Czechoslovak Republic; Czech and Slovak Federal Republic; "
    "Czech and Slovak Federative Republic",
    "CZE": "Czech Republic; Czech Rep.; Czech",
    "DDR": "German Democratic Republic; Germany Democratic Republic; GDR; East Germany; "
    "Democratic Republic of Germany; Germany, Democratic Republic of",
    "DEU": "Germany, Federal Republic of; FRG; FDR; FDR (Germany); Federal Republic Germany; "
    "West Germany; Republica Federal Alemana; BRD",
    "DMA": "Dominia",
    "DZA": "People's Democratic Republic of Algeria; Democratic and Popular Republic of Algeria",
    "EGY": "United Arab Republic; UAR",
    "ETH": "Socialist Ethiopia; Ethiopian Empire",
    "EUU": "EU; European Union; E.U.; European Union (EU); European Community; "
    "European Communities; European Commission; European Council; Council of the European Union; "
    "European Parliament; European External Action Service; EEAS",
    "FLK": "Falkland Islands; Falklands; Malvinas",
    "FSM": "Micronesia",
    "GBR": "UK; Great Britain; Britain; England; Scotland; Wales; Northern Ireland; "
    "United Kindom; United Kingdom of Great Britain and Nothern Ireland; "
    "United Kingdom of Great Britain",
    "GIN": "Guinea-Conakry; Guinea (Conakry); Revolutionary People's Republic of Guinea",
    "GMB": "The Gambia; Islamic Republic of the Gambia",
    "GNB": "Giunea-Bissau; Guinea Bassau; Portuguese Guinea",
    "GRC": "EL",
    "GRD": "Geranada",
    "GUY": "British Guiana",
    "HKG": "Hong Kong SAR; Hong Kong, China; Hong Kong SAR, China",
    "HUN": "Hungrary; Hungry; Hungarian People's Republic; People's Republic of Hungary",
    "IRL": "Eire; Taoiseach of Ireland; Republic of Ireland",
    "IRN": "Persia; IR Iran; I.R. Iran; Iran, Islamic Rep.",
    "KGZ": "Kyrgystan; Kirghizstan; Kirgizstan; Kirghizia; Kyrgyzia",
    "KHM": "Kampuchea; Democratic Kampuchea; Cambodia/Kampuchea; Khmer Republic; "
    "People's Republic of Kampuchea",
    "KNA": "Saint Christopher and Nevis; Saint Kitts-Nevis; Saint Kitts; St. Kitts & Nevis",
    "KOR": "South Korea; Korea; ROK; Korea, South; Korea, Rep.; Korea, Republic; "
    "Korea (South); S. Korea",
    "LAO": "Lao; Laos; Lao PDR; Laos PDR; Laos People's Democratic Republic; "
    "Lao's people democratic republic",
    "LBY": "Lybia; Libyan Arab Jamahiriya; Libyan Arab Jamahiiya; Lybian Arab Jamahiriya; "
    "Libyan Arab Republic; Lybian Arab Republic; Socialist People's Libyan Arab Jamahiriya; "
    "Great Socialist People's Libyan Arab Jamahiriya; State of Libya",
    "LCA": "St Lucia",
    "LIE": "Lichtenstein",
    "LKA": "Ceylon; SriLanka",
    "MAC": "Macau; Macao SAR; Macao, China",
    "MDG": "Magadascar; Malagasy Republic; Malagasy; Democratic Republic of Madagascar",
    "MDV": "Maldive Islands",
    "MKD": "Macedonia; FYROM; Former Yugoslav Republic of Macedonia; TFYR Macedonia; "
    "Republic of Macedonia; Macedonia, FYR; FYR Macedonia",
    "MAR": "Moroco; Morroco",
    "MMR": "Burma; Union of Burma; Union of Myanmar; Myanmar (Burma); "
    "Republic of the Union of Myanmar; Socialist Republic of the Union of Burma",
    "MNG": "Mongolian People's Republic; Outer Mongolia",
    "MUS": "Mauritus",
    "MYS": "Malaya; Federation of Malaya",
    "NLD": "Netherland; Holland; The Netherlands",
    "NRU": "Naura",
    "NZL": "New Zealnand; Aotearoa New Zealand",
    "PHL": "Phillippines; Philpinnes; Phlippines; Philippine Republic; Phillipines; Philipines",
    "PNG": "Papa New Guinea; Papua Nueva Guinea",
    "POL": "Polish People's Republic",
    "PRK": "North Korea; DPRK; DPR Korea; People's Republic of Korea; Korea, North; "
    "Korea, Dem. People's Rep.; Democratic Republic of Korea; Korea (North); N. Korea",
    "PSE": "Palestine; Palestinan Authority; Palestinian Authority; Palestinian Territory; "
    "Palestinian National Authority; Palestine Liberation Organization; PLO; "
    "Occupied Palestinian Territory; Palestinian Territories; Observer State of Palestine; "
    "Palestinian Territory, Occupied; West Bank and Gaza",
    "ROU": "ROM; Rumania; Roumania; Socialist Republic of Romania; Romanian People's Republic",
    "RUS": "Russia; Russian Federation (USSR); Russian Fed.",
    "RWA": "Republic of Rwanda",
    "SCG": "Serbia and Montenegro; State Union of Serbia and Montenegro",
    "SGP": "Singapor",
    "SLB": "Solomon Island; Soloman Islands; British Solomon Islands",
    "SLV": "Salvador",
    "SOM": "Somali Democratic Republic; Somali Republic; Somali",
    "STP": "Sao Tome; So Tome and Principe; Sao Tome & Principe",
    "SUN": "Soviet Union; USSR; Union of Soviet Socialist Republics; "
    "Union of Socialist Soviet Republics; Union of Sovier Socialist Republics; Soviet Russia",
    "SUR": "Surinam; Dutch Guiana",
    "SVK": "Slovak Republic; Slovak Rep.",
    "SWZ": "Swaziland; Kingdom of Swaziland; eSwatini",
    "CHE": "Swistzerland; Swiss",
    "SYR": "Syria; Syrian Republic",
    "THA": "Siam",
    "TLS": "East Timor; Timor",
    "TON": "Friendly Islands",
    "TTO": "Trinidad; Trinidad and Tobado; Trinidad & Tobago",
    "TUR": "Turkey; Turkiye; Republic of Turkey; Turkish Republic",
    "TWN": "Taiwan; Republic of China; Chinese Taipei; Taiwan, China; Taiwan (Republic of China); "
    "Republic of China (Taiwan); Taiwan (Province of China); ROC; Formosa; "
    "Taiwan Province of China; Nationalist China",
    "TZA": "Tanganyika; Tanzania; Tanganyika and Zanzibar; Zanzibar",
    "UKR": "UkrSSR; Ukraine SSR; Ukrainian SSR; Ukranian SSR; Ukrainian Soviet Socialist Republic; "
    "Ukranian Soviet Socialist Republic; Ukrainian Soviet Socialistic Republic",
    "UNO": "UN; U.N.; United Nations; United Nations Organization; UN Secretariat; "
    "United Nations Secretariat; United Nations Organisation",
    "USA": "U.S.; America; United States of America (USA)",
    "VAT": "Vatican; Vatican City; Holy See; Vatican City State; Holy See/Vatican; "
    "Vatican/Holy See; Holy See (Vatican City)",
    "VEN": "Venezuela, RB; Bolivarian Rep. of Venezuela",
    "VCT": "Saint Vincent; Saint Vincent & the Grenadines",
    "VNM": "Vietnam; South Vietnam; North Vietnam; Democratic Republic of Vietnam; "
    "Republic of Vietnam; Democratic Republic of Viet Nam; Republic of Viet Nam; South Viet Nam; "
    "Socialist Republic of Vietnam",
    "WSM": "Western Samoa; Somoa",
    "XAL": "League of Arab States; Arab League; LAS",
    "XAU": "African Union; AU Commission; African Union Commission; Organization of African Unity; "
    "OAU",
    "XCC": "CARICOM; Caribbean Community; Caribbean Community (CARICOM)",
    "XCE": "Council of Europe; CoE",
    "XEC": "ECOWAS; Economic Community of West African States",
    "XGC": "GCC; Gulf Cooperation Council; Cooperation Council for the Arab States of the Gulf",
    "XKX": "Kosovo; Republic of Kosovo; Kosova; KOS; XK; UNK; Kosovo (UNSCR 1244)",
    "XNT": "NATO; North Atlantic Treaty Organization; North Atlantic Treaty Organisation; "
    "North Atlantic Alliance",
    "XOI": "OIC; Organisation of Islamic Cooperation; Organization of Islamic Cooperation; "
    "Organization of the Islamic Conference",
    "XOM": "Sovereign Order of Malta; Sovereign Military Order of Malta; Order of Malta",
    "XOS": "OSCE; Organization for Security and Co-operation in Europe; "
    "Organization for Security and Cooperation in Europe",
    "XRC": "ICRC; International Committee of the Red Cross",
    "YEM": "Yemen Arab Republic; North Yemen; Yemen, Rep.; Yemen (Sana'a)",
    "YMD": "Democratic Yemen; Democratic Republic of Yemen; South Yemen; "
    "People's Democratic Republic of Yemen; Yemen, Democratic; "
    "Yemen, People's Democratic Republic; Southern Yemen; PDRY; "
    "People's Republic of Southern Yemen; Yemen (Aden)",
    "YUG": "Yugoslavia; Socialist Federal Republic of Yugoslavia; SFRY; "
    "Federal Republic of Yugoslavia; Federal People's Republic of Yugoslavia; FRY; "
    "Federal Republic of Yugoslavia (Serbia and Montenegro)",
    "ZAF": "South Afrioa; Union of South Africa; RSA",
    "ZWE": "Rhodesia; Southern Rhodesia; Zimbabwe-Rhodesia",
}
"""Spellings for each code: UN and historical forms, abbreviations in use, and misspellings found
in public corpora. Case, accents, punctuation, the order of the words, "the", "of" and "and" do
not count; forms of State before a name ("Republic of …") are taken off by the code."""
