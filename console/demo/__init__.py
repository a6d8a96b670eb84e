"""What a first start shows: two tenants with people and agents. Not imported by the product."""
