from django.db import migrations, models

import console.platform.clock
import console.platform.ids
from console.tenancy.operations import EnableRowSecurity

# The MAC is checked before any part of the token is believed, and a token of another backend is
# refused, so neither an injected setting nor a token read elsewhere opens a tenant. `''` is what
# a transaction-local setting leaves behind on a reused connection.
CONTEXT_FUNCTION = """
CREATE FUNCTION mnemoscope_context(wanted text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  token text := nullif(current_setting('mnemoscope.context', true), '');
  part text[];
  pads record;
BEGIN
  IF token IS NULL THEN
    RETURN NULL;
  END IF;
  part := string_to_array(token, ':');
  IF array_length(part, 1) IS DISTINCT FROM 5 OR part[1] <> wanted
     OR part[4] <> pg_backend_pid()::text THEN
    RETURN NULL;
  END IF;
  FOR pads IN SELECT inner_pad, outer_pad FROM mnemoscope_private.context_key LOOP
    IF part[5] = encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(
         array_to_string(part[1:4], ':'), 'UTF8'))), 'hex') THEN
      IF part[3]::bigint < extract(epoch FROM statement_timestamp()) THEN
        RETURN NULL;
      END IF;
      RETURN part[2]::uuid;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mnemoscope_context(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mnemoscope_context(text) TO mnemoscope_app, mnemoscope_readonly;
"""

REFUSE_CHANGE_FUNCTION = """
CREATE FUNCTION mnemoscope_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(CONTEXT_FUNCTION, "DROP FUNCTION mnemoscope_context(text)"),
        migrations.RunSQL(REFUSE_CHANGE_FUNCTION, "DROP FUNCTION mnemoscope_refuse_change()"),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.UUIDField(default=console.platform.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=63, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
        ),
        EnableRowSecurity("tenancy_tenant", column="id"),
        migrations.RunSQL(
            "CREATE POLICY sweep ON tenancy_tenant FOR SELECT"
            " USING ((SELECT mnemoscope_context('s')) IS NOT NULL)",
            "DROP POLICY sweep ON tenancy_tenant",
        ),
    ]
