"""What Hostaway says a noun is: frozen records, read leniently from its JSON."""
