"""Regions of the world: those of the United Nations' Sustainable Development Goals."""

SDG_REGIONS = {
    "Sub-Saharan Africa": ("Ethiopia", "Kenya", "Nigeria", "Zimbabwe"),
    "Northern Africa and Western Asia": (
        *("Armenia", "Cyprus", "Egypt", "Iraq", "Jordan", "Lebanon", "Libya", "Morocco"),
        *("Tunisia", "Turkey"),
    ),
    "Central and Southern Asia": (
        *("Bangladesh", "India", "Iran", "Kazakhstan", "Kyrgyzstan", "the Maldives", "Pakistan"),
        *("Tajikistan", "Uzbekistan"),
    ),
    "Eastern and South-Eastern Asia": (
        *("China", "Hong Kong", "Indonesia", "Japan", "Macau", "Malaysia", "Mongolia", "Myanmar"),
        *("the Philippines", "Singapore", "South Korea", "Taiwan", "Thailand", "Vietnam"),
    ),
    "Latin America and the Caribbean": (
        *("Argentina", "Bolivia", "Brazil", "Chile", "Colombia", "Ecuador", "Guatemala"),
        *("Mexico", "Nicaragua", "Peru", "Puerto Rico", "Uruguay", "Venezuela"),
    ),
    "Australia and New Zealand": ("Australia", "New Zealand"),
    "Europe and Northern America": (
        *("Andorra", "Canada", "Czechia", "Germany", "Great Britain", "Greece"),
        *("the Netherlands", "Northern Ireland", "Romania", "Russia", "Serbia", "Slovakia"),
        *("Ukraine", "the United States"),
    ),
}


def plain(country: str) -> str:
    """A country's name without its article and in small letters, as names are compared."""
    return country.strip().casefold().removeprefix("the ")


REGION = {plain(name): region for region, names in SDG_REGIONS.items() for name in names}
