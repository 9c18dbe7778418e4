"""The questions of the trade, answered from Hostaway; every door and every tool asks here."""
