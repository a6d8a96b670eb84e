from celery import shared_task

from audit.partitions import ensure_partitions


@shared_task
def make_partitions() -> None:
    """Keeps the coming days' partitions made. Ingest makes what a missed beat did not."""
    ensure_partitions()
