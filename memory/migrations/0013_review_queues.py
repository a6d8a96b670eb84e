import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.operations import GovernByAudit, unchanged_but
from console.tenancy.operations import AddTenantForeignKey, EnableRowSecurity

# What waits already is due as a queue that nobody has configured has it. Changing a type computes
# every row anew without firing triggers or asking row security, which shows an owner nothing.
BACKFILL = """
ALTER TABLE memory_reviewitem ALTER COLUMN due_at TYPE timestamptz
  USING opened_at + (ARRAY[72, 24, 4, 1])[priority + 1] * interval '1 hour'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_request_digest'),
        ('memory', '0012_keyed_generations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestSubscription',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('subscribed_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('sent_on', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReviewLook',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('review_id', models.UUIDField()),
                ('looked_by_id', models.UUIDField()),
                ('looked_by_label', models.CharField(max_length=200)),
                ('looked_at', models.DateTimeField(default=console.platform.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='ReviewQueue',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('sla_low', models.PositiveIntegerField(default=259200)),
                ('sla_normal', models.PositiveIntegerField(default=86400)),
                ('sla_high', models.PositiveIntegerField(default=14400)),
                ('sla_urgent', models.PositiveIntegerField(default=3600)),
                ('sampled_share', models.FloatField(default=0)),
                ('double_blind_share', models.FloatField(default=0)),
                ('gold_share', models.FloatField(default=0)),
                ('created_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='ReviewSkip',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('review_id', models.UUIDField()),
                ('reason', models.CharField(max_length=60)),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('skipped_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('skipped_by_kind', models.CharField(max_length=10)),
                ('skipped_by_id', models.UUIDField()),
                ('skipped_by_label', models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='ahead',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='breached_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='claimed_by_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='claimed_by_label',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='claimed_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='reviewitem',
            name='due_at',
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='escalated_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='escalated_by_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='escalated_by_label',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='escalation_note',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(condition=models.Q(('breached_at__isnull', True), ('status', 'open')), fields=['tenant_id', 'due_at'], name='review_due'),
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(condition=models.Q(('claimed_by_id__isnull', False), ('status', 'open')), fields=['tenant_id', 'claimed_by_id'], name='review_claim'),
        ),
        migrations.AddField(
            model_name='digestsubscription',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewlook',
            name='review',
            field=models.ForeignObject(from_fields=('tenant_id', 'review_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='looks', to='memory.reviewitem', to_fields=('tenant_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='reviewqueue',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'name'), name='queue_name_in_tenant'),
        ),
        migrations.AddConstraint(
            model_name='reviewqueue',
            constraint=models.CheckConstraint(condition=models.Q(('double_blind_share__range', (0, 1)), ('gold_share__range', (0, 1)), ('sampled_share__range', (0, 1))), name='queue_shares_are_shares'),
        ),
        migrations.AddField(
            model_name='reviewskip',
            name='review',
            field=models.ForeignObject(from_fields=('tenant_id', 'review_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='skips', to='memory.reviewitem', to_fields=('tenant_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='digestsubscription',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'user'), name='one_digest_of_a_member'),
        ),
        migrations.AddIndex(
            model_name='reviewlook',
            index=models.Index(fields=['tenant_id', 'looked_at'], name='look_oldest'),
        ),
        migrations.AddConstraint(
            model_name='reviewlook',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'review_id', 'looked_by_id'), name='one_look_of_a_person'),
        ),
        migrations.AddIndex(
            model_name='reviewskip',
            index=models.Index(fields=['tenant_id', '-id'], name='skip_newest'),
        ),
        migrations.AddConstraint(
            model_name='reviewskip',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'review_id', 'skipped_by_id'), name='one_skip_of_a_person'),
        ),
        migrations.AddIndex(
            model_name='reviewdecision',
            index=models.Index(fields=['tenant_id', 'review_id'], name='decision_review'),
        ),
        EnableRowSecurity("memory_reviewqueue"),
        EnableRowSecurity("memory_reviewskip", append_only=True),
        EnableRowSecurity("memory_reviewlook"),
        EnableRowSecurity("memory_digestsubscription"),
        AddTenantForeignKey("memory_reviewskip", "review_id", "memory_reviewitem"),
        AddTenantForeignKey("memory_reviewlook", "review_id", "memory_reviewitem", on_delete="CASCADE"),
        GovernByAudit("memory_reviewqueue", kind="queue"),
        GovernByAudit(
            "memory_digestsubscription", kind="digest_subscription", but=unchanged_but("sent_on")
        ),
        GovernByAudit("memory_reviewskip", kind="review", by="c.review_id"),
    ]
