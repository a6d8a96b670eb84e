from audit.completeness.reconciling import reconcile

__all__ = ["reconcile"]
