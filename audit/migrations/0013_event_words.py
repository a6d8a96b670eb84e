from django.db import migrations, models

# An event's words may be blanked, all of them at once, and nothing else of it may ever change.
ONLY_BLANK_WORDS = """
CREATE FUNCTION audit_only_blank_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  blanked public.audit_auditevent;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    blanked := OLD;
    blanked.actor_label := '';
    blanked.note := '';
    blanked.salt := NULL;
    -- By their bytes: equal jsonb may be written differently, and the log hashes what is written.
    IF NEW *= blanked THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON audit_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_only_blank_words();
GRANT UPDATE (actor_label, note, salt) ON audit_auditevent TO mnemoscope_app;
"""
BACK = """
REVOKE UPDATE (actor_label, note, salt) ON audit_auditevent FROM mnemoscope_app;
DROP TRIGGER append_only ON audit_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_refuse_change();
DROP FUNCTION audit_only_blank_words();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0012_span_in_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="salt",
            field=models.BinaryField(max_length=16, null=True),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="words_digest",
            field=models.BinaryField(default=bytes(32), max_length=32),
            preserve_default=False,
        ),
        migrations.RunSQL(ONLY_BLANK_WORDS, BACK),
    ]
