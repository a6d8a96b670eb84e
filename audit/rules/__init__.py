"""What a tenant wants of spans: what they mean, cost and may say, and how long they stay."""
