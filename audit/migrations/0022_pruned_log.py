from django.db import migrations, models

# Events and the rows they tell of are deleted by one trigger alone (memory's migration
# 0031_event_retention), which runs as their owner; nobody else has the privilege, and by hand not
# even the owner can.
ONLY_BY_TRIGGER = """
DROP TRIGGER append_only ON audit_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_only_blank_words();
CREATE TRIGGER kept BEFORE DELETE ON audit_auditevent
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_only_blank_words();
DROP TRIGGER append_only ON audit_rowchange;
CREATE TRIGGER append_only BEFORE UPDATE ON audit_rowchange
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON audit_rowchange
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION mnemoscope_refuse_change();
"""
BACK = """
DROP TRIGGER kept ON audit_auditevent;
DROP TRIGGER append_only ON audit_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_only_blank_words();
DROP TRIGGER kept ON audit_rowchange;
DROP TRIGGER append_only ON audit_rowchange;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_rowchange
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0021_reconciliations")]

    operations = [
        migrations.AddIndex(
            model_name="checkpoint",
            index=models.Index(fields=["tenant_id", "-made_at"], name="checkpoint_made"),
        ),
        migrations.RunSQL(ONLY_BY_TRIGGER, BACK),
    ]
