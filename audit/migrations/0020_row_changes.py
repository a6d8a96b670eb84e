import console.tenancy.scope
import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

from audit.operations import CREATE_GUARD, DROP_GUARD, THIS_TRANSACTION, GovernByAudit, unchanged_but
from console.tenancy.operations import EnableRowSecurity

# The triggers write here, as the tables' owner, and nobody else. The tenant is that of the row they
# tell of, so neither a foreign key nor a policy need check it again. Each row is looked at when its
# transaction commits, but for those that follow one of which the same events tell. By `under_way`
# the triggers read of the transaction at hand without the signed context being verified each time.
GUARD_ROW_CHANGES = f"""
ALTER TABLE audit_rowchange DROP CONSTRAINT audit_rowchange_tenant;
REVOKE INSERT ON audit_rowchange FROM mnemoscope_app;
CREATE POLICY put_down ON audit_rowchange FOR INSERT TO mnemoscope_owner WITH CHECK (true);
CREATE POLICY under_way ON audit_rowchange FOR SELECT TO mnemoscope_owner
  USING (xid = {THIS_TRANSACTION});
CREATE POLICY under_way ON audit_auditevent FOR SELECT TO mnemoscope_owner
  USING (xid = {THIS_TRANSACTION});
CREATE CONSTRAINT TRIGGER told AFTER INSERT ON audit_rowchange
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT NEW.follows)
  EXECUTE FUNCTION mnemoscope_refuse_untold();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_notices_seen"),
        ("audit", "0019_traces_of_subjects"),
        ("tenancy", "0001_tenant"),
    ]

    operations = [
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("pk", models.CompositePrimaryKey("tenant_id", "xid", "row_id", "source", "operation", blank=True, editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ("xid", models.BigIntegerField()),
                ("source", models.TextField()),
                ("row_id", models.UUIDField()),
                ("operation", models.CharField(max_length=1)),
                ("object_kind", models.TextField()),
                ("object_id", models.UUIDField(null=True)),
                ("also", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(null=True), null=True, size=None)),
                ("follows", models.BooleanField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        EnableRowSecurity("audit_rowchange", append_only=True),
        # An event is looked for by what it names, among those of one transaction.
        migrations.RemoveIndex(model_name="auditevent", name="event_xid"),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["tenant_id", "xid", "object_id"], name="event_xid"),
        ),
        migrations.RunSQL(CREATE_GUARD, DROP_GUARD),
        migrations.RunSQL(GUARD_ROW_CHANGES, migrations.RunSQL.noop),
        GovernByAudit("tenancy_tenant", kind="tenant", tenant="c.id"),
        GovernByAudit("accounts_agent", kind="agent"),
        GovernByAudit("accounts_apikey", kind="api_key", but=unchanged_but("last_used_at")),
        # Made in passing, whenever a write or a span first mentions somebody.
        GovernByAudit("accounts_subject", kind="subject", operations=("UPDATE", "DELETE")),
        # How far it came is told at its end.
        GovernByAudit("audit_tracereplay", kind="trace_replay", operations=("INSERT", "DELETE")),
    ]
