from django.db import migrations

# For `AllowBlanking`: the columns named may become empty, and nothing else may change.
ONLY_BLANK = """
CREATE FUNCTION mnemoscope_only_blank() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  is_now jsonb := to_jsonb(NEW);
BEGIN
  IF TG_OP = 'UPDATE' AND is_now - TG_ARGV = was - TG_ARGV AND NOT EXISTS (
    SELECT FROM unnest(TG_ARGV) AS word (name)
    WHERE is_now -> name <> was -> name AND is_now ->> name NOT IN ('', '{}', '[]')
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_second_factor_roles")]

    operations = [migrations.RunSQL(ONLY_BLANK, "DROP FUNCTION mnemoscope_only_blank()")]
