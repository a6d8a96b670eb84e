from django.db import migrations, models

import console.platform.clock
import console.platform.ids
from console.tenancy.operations import EnableRowSecurity

# No part of the token is believed before its MAC holds, and a token of another backend is refused,
# so neither an injected setting nor a token read elsewhere opens a tenant. The key is only ever a
# value at run time: folded into a plan (a constant, an IMMUTABLE function) it would be printed to
# whoever turns on debug_print_plan. One cheap query and plain expressions: this runs once in every
# statement that is made. `''` is what a transaction-local setting leaves on a reused connection.
CONTEXT_FUNCTION = """
CREATE FUNCTION mnemoscope_context(wanted text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  token text := current_setting('mnemoscope.context', true);
  message text := left(token, -65);
  pads record;
BEGIN
  IF split_part(message, ':', 1) IS DISTINCT FROM wanted
     OR split_part(message, ':', 4) <> pg_backend_pid()::text THEN
    RETURN NULL;
  END IF;
  SELECT inner_pad, outer_pad INTO pads FROM mnemoscope_private.context_key;
  IF right(token, 64) =
     encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(message, 'UTF8'))), 'hex') THEN
    IF split_part(message, ':', 3)::bigint >= extract(epoch FROM statement_timestamp()) THEN
      RETURN split_part(message, ':', 2)::uuid;
    END IF;
  END IF;
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
