"""What Mnemoscope tells of itself: spans to any OTLP endpoint, metrics to Prometheus."""
