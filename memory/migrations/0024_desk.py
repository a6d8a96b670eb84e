import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.lookups
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import AddTenantForeignKey, EnableRowSecurity

# The table of memory/desk/statuses.py, held to by a test.
REQUEST_STATES = """
CREATE FUNCTION mnemoscope_request_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status IN ('received', 'duplicate') AND NEW.approved_by_id IS NULL
       AND NEW.identified_at IS NULL THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a request begins as received' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a request stays on record' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status || ' ' || NEW.status) NOT IN (
    'received awaiting_identity', 'received ready', 'received refused', 'received withdrawn',
    'received duplicate',
    'awaiting_identity ready', 'awaiting_identity refused', 'awaiting_identity withdrawn',
    'awaiting_identity duplicate',
    'ready approved', 'ready refused', 'ready withdrawn', 'ready duplicate',
    'approved ready', 'approved carrying_out', 'approved refused', 'approved withdrawn',
    'carrying_out completed')
  THEN
    RAISE EXCEPTION 'a request does not go from % to %', OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;

  -- What it was when it came.
  IF (OLD.tenant_id, OLD.id, OLD.reference, OLD.kind, OLD.lifts, OLD.law, OLD.came_by,
      OLD.received_at, OLD.confirm_by, OLD.taken_in_at, OLD.taken_in_by_kind,
      OLD.taken_in_by_id, OLD.taken_in_by_label)
     IS DISTINCT FROM
     (NEW.tenant_id, NEW.id, NEW.reference, NEW.kind, NEW.lifts, NEW.law, NEW.came_by,
      NEW.received_at, NEW.confirm_by, NEW.taken_in_at, NEW.taken_in_by_kind,
      NEW.taken_in_by_id, NEW.taken_in_by_label)
  THEN
    RAISE EXCEPTION 'what a request was when it came stays' USING ERRCODE = 'restrict_violation';
  END IF;

  -- Words: as they were said, or blanked once it is carried out or closed.
  IF (OLD.named, OLD.also_named, OLD.asked_by, OLD.contact, OLD.wish)
     IS DISTINCT FROM (NEW.named, NEW.also_named, NEW.asked_by, NEW.contact, NEW.wish)
     AND NOT ((NEW.closed_at IS NOT NULL OR OLD.status = 'carrying_out')
       AND NEW.named IN (OLD.named, '') AND NEW.asked_by IN (OLD.asked_by, '')
       AND NEW.contact IN (OLD.contact, '') AND NEW.wish IN (OLD.wish, '')
       AND (NEW.also_named = OLD.also_named OR cardinality(NEW.also_named) = 0))
  THEN
    RAISE EXCEPTION 'what was said on a request stays said' USING ERRCODE = 'restrict_violation';
  END IF;

  -- Whom it is about is settled once it is known that it is them, and nobody leaves the list of
  -- those who may not approve it.
  IF OLD.identified_at IS NOT NULL
     AND ((OLD.subject_id, OLD.alias_ids, OLD.identified_at, OLD.identified_by_kind,
           OLD.identified_by_id, OLD.identified_by_label)
          IS DISTINCT FROM
          (NEW.subject_id, NEW.alias_ids, NEW.identified_at, NEW.identified_by_kind,
           NEW.identified_by_id, NEW.identified_by_label)
          OR (NEW.identity_check <> OLD.identity_check
              AND NOT (NEW.identity_check = ''
                       AND (NEW.closed_at IS NOT NULL OR OLD.status = 'carrying_out'))))
  THEN
    RAISE EXCEPTION 'whom a request is about is settled' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT NEW.prepared_by @> OLD.prepared_by
     OR (OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id)
  THEN
    RAISE EXCEPTION 'who prepared a request does not approve it'
      USING ERRCODE = 'restrict_violation';
  END IF;

  -- An approval is given on the way to approved, and taken back on the way out of it.
  IF (OLD.approved_at, OLD.approved_by_kind, OLD.approved_by_id, OLD.approved_by_label,
      OLD.carry_out_after)
     IS DISTINCT FROM
     (NEW.approved_at, NEW.approved_by_kind, NEW.approved_by_id, NEW.approved_by_label,
      NEW.carry_out_after)
     AND NOT (OLD.status = 'ready' AND NEW.status = 'approved')
     AND NOT (OLD.status = 'approved' AND NEW.status = 'ready' AND NEW.approved_by_id IS NULL
              AND NEW.approved_at IS NULL AND NEW.carry_out_after IS NULL)
  THEN
    RAISE EXCEPTION 'an approval stays as it was given' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = 'ready' AND NEW.approved_by_id IS NOT NULL THEN
    RAISE EXCEPTION 'an approval that was stopped is given anew'
      USING ERRCODE = 'restrict_violation';
  END IF;

  -- Prolonged once, with a reason; and nothing moves once it is closed.
  IF NEW.due_at <> OLD.due_at
     AND (OLD.extended_at IS NOT NULL OR NEW.extended_at IS NULL OR NEW.extension_reason = ''
          OR NEW.due_at < OLD.due_at OR OLD.closed_at IS NOT NULL)
  THEN
    RAISE EXCEPTION 'a deadline is prolonged once, with a reason'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.closed_at IS NOT NULL
     AND (OLD.closed_at, OLD.closed_by_kind, OLD.closed_by_id, OLD.closed_by_label, OLD.ground,
          OLD.duplicate_of_id, OLD.outcome, OLD.started_at)
         IS DISTINCT FROM
         (NEW.closed_at, NEW.closed_by_kind, NEW.closed_by_id, NEW.closed_by_label, NEW.ground,
          NEW.duplicate_of_id, NEW.outcome, NEW.started_at)
  THEN
    RAISE EXCEPTION 'a closed request stays as it is' USING ERRCODE = 'restrict_violation';
  END IF;

  IF NEW.kind = 'erasure' AND NEW.status = 'completed' AND OLD.status <> 'completed' THEN
    PERFORM FROM keys_datakey
      WHERE tenant_id = NEW.tenant_id AND wrapped IS NOT NULL
        AND (subject_id = NEW.subject_id OR subject_id = ANY(NEW.alias_ids));
    IF FOUND THEN
      RAISE EXCEPTION 'a key of subject % still opens', NEW.subject_id
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;

REVOKE DELETE ON memory_subjectrequest FROM mnemoscope_app;
CREATE TRIGGER by_the_table BEFORE INSERT OR UPDATE OR DELETE ON memory_subjectrequest
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_request_state();
"""



class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_notices_seen'),
        ('memory', '0023_reviews_of_subjects'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskSetting',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('form_open', models.BooleanField(default=False)),
                ('form_words', models.CharField(blank=True, max_length=1000)),
                ('law', models.CharField(choices=[('gdpr', 'GDPR'), ('ccpa', 'CCPA')], default='gdpr', max_length=10)),
                ('cool_off_hours', models.PositiveSmallIntegerField(default=24)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='desk_setting_newest')],
            },
        ),
        migrations.CreateModel(
            name='SubjectRequest',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('reference', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('erasure', 'Erasure'), ('access', 'Access'), ('rectification', 'Rectification'), ('restriction', 'Restriction')], max_length=20)),
                ('lifts', models.BooleanField(default=False)),
                ('status', models.CharField(choices=[('received', 'Received'), ('awaiting_identity', 'Awaiting Identity'), ('ready', 'Ready'), ('approved', 'Approved'), ('carrying_out', 'Carrying Out'), ('completed', 'Completed'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('duplicate', 'Duplicate')], default='received', max_length=20)),
                ('law', models.CharField(choices=[('gdpr', 'GDPR'), ('ccpa', 'CCPA')], default='gdpr', max_length=10)),
                ('came_by', models.CharField(choices=[('console', 'Console'), ('api', 'API'), ('form', 'Form')], default='console', max_length=10)),
                ('subject_id', models.UUIDField(null=True)),
                ('alias_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('person_id', models.UUIDField(null=True)),
                ('prepared_by', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('named', models.CharField(blank=True, max_length=200)),
                ('also_named', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, size=None)),
                ('asked_by', models.CharField(blank=True, max_length=200)),
                ('contact', models.CharField(blank=True, max_length=254)),
                ('wish', models.CharField(blank=True, max_length=2000)),
                ('identity_check', models.CharField(blank=True, max_length=500)),
                ('received_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('confirm_by', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('extended_at', models.DateTimeField(null=True)),
                ('extension_reason', models.CharField(blank=True, max_length=500)),
                ('taken_in_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('taken_in_by_kind', models.CharField(max_length=10)),
                ('taken_in_by_id', models.UUIDField()),
                ('taken_in_by_label', models.CharField(max_length=200)),
                ('identified_at', models.DateTimeField(null=True)),
                ('identified_by_kind', models.CharField(blank=True, max_length=10)),
                ('identified_by_id', models.UUIDField(null=True)),
                ('identified_by_label', models.CharField(blank=True, max_length=200)),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by_kind', models.CharField(blank=True, max_length=10)),
                ('approved_by_id', models.UUIDField(null=True)),
                ('approved_by_label', models.CharField(blank=True, max_length=200)),
                ('carry_out_after', models.DateTimeField(null=True)),
                ('waiting_for', models.CharField(blank=True, max_length=500)),
                ('started_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_kind', models.CharField(blank=True, max_length=10)),
                ('closed_by_id', models.UUIDField(null=True)),
                ('closed_by_label', models.CharField(blank=True, max_length=200)),
                ('ground', models.CharField(blank=True, choices=[('not_them', 'We could not tell that it is them (12(6))'), ('nothing_held', 'Nothing is held about them'), ('unfounded', 'It is manifestly unfounded (12(5))'), ('excessive', 'It is excessive, in particular repeated (12(5))'), ('expression', 'Freedom of expression and information (17(3)(a))'), ('legal_obligation', 'A law obliges us to keep it (17(3)(b))'), ('public_health', 'Public health (17(3)(c))'), ('archiving', 'Archiving, research or statistics (17(3)(d))'), ('legal_claims', 'Legal claims (17(3)(e))'), ('others_rights', 'It would harm the rights of others (15(4))'), ('other', 'Another ground, told in words')], max_length=30)),
                ('close_reason', models.CharField(blank=True, max_length=1000)),
                ('duplicate_of_id', models.UUIDField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('subject', models.ForeignObject(from_fields=('tenant_id', 'subject_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.subject', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['tenant_id', 'due_at', 'id'], name='request_due'), models.Index(fields=['tenant_id', '-closed_at', '-id'], name='request_closed'), models.Index(fields=['tenant_id', 'subject_id', '-id'], name='request_of_subject'), models.Index(fields=['tenant_id', '-id'], name='request_newest')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'reference'), name='one_reference_of_a_request'), models.UniqueConstraint(condition=models.Q(('status__in', ['ready', 'approved', 'carrying_out'])), fields=('tenant_id', 'subject_id', 'kind'), name='one_request_of_a_kind_goes_ahead'), models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_kind', 'user'), models.Q(('approved_by_id', models.F('taken_in_by_id')), _negated=True), models.Q(('identified_by_id__isnull', True), models.Q(('approved_by_id', models.F('identified_by_id')), _negated=True), _connector='OR'), models.Q(('person_id__isnull', True), models.Q(('approved_by_id', models.F('person_id')), _negated=True), _connector='OR'), django.db.models.lookups.IsNull(models.Func(models.F('prepared_by'), models.F('approved_by_id'), function='array_position', output_field=models.IntegerField()), True)), _connector='OR'), name='request_is_approved_by_another_person'), models.CheckConstraint(condition=models.Q(('lifts', False), ('kind', 'restriction'), _connector='OR'), name='only_a_restriction_is_lifted'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('ready', 'approved', 'carrying_out', 'completed')), _negated=True), models.Q(('identified_at__isnull', False), ('subject_id__isnull', False)), _connector='OR'), name='request_is_about_somebody_known'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('approved', 'carrying_out', 'completed')), _negated=True), models.Q(('approved_by_id__isnull', False), ('carry_out_after__isnull', False)), _connector='OR'), name='request_is_approved_before_it_is_carried_out'), models.CheckConstraint(condition=models.Q(('started_at__isnull', True), ('started_at__gte', models.F('carry_out_after')), _connector='OR'), name='request_cools_off_before_it_is_carried_out'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status__in', ['approved', 'awaiting_identity', 'carrying_out', 'ready', 'received'])), models.Q(('closed_at__isnull', False), ('status__in', ['completed', 'refused', 'withdrawn', 'duplicate'])), _connector='OR'), name='request_is_open_or_closed'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), models.Q(('ground', ''), _negated=True), _connector='OR'), name='request_is_refused_on_a_ground'), models.CheckConstraint(condition=models.Q(models.Q(('duplicate_of_id__isnull', False), ('status', 'duplicate')), models.Q(models.Q(('status', 'duplicate'), _negated=True), ('duplicate_of_id__isnull', True)), _connector='OR'), name='duplicate_says_of_which')],
            },
        ),
        EnableRowSecurity("memory_desksetting", append_only=True),
        EnableRowSecurity("memory_subjectrequest"),
        AddTenantForeignKey("memory_subjectrequest", "subject_id", "accounts_subject"),
        AddTenantForeignKey("memory_subjectrequest", "duplicate_of_id", "memory_subjectrequest"),
        GovernByAudit("memory_desksetting", kind="desk_setting"),
        GovernByAudit("memory_subjectrequest", kind="subject_request"),
        migrations.RunSQL(
            REQUEST_STATES, "DROP FUNCTION mnemoscope_request_state() CASCADE"
        ),
    ]
