from django.db import migrations

# The same rules as `memory.actions.decide` keeps, so that no statement of the application's role
# breaks them, whatever made it.

# `memory.reviews.proposer`: who wrote the version, or answers for the agent or the key that did.
PROPOSED = """
CREATE FUNCTION mnemoscope_proposed(a_tenant uuid, a_memory uuid, a_number integer, a_person uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM memory_memoryversion v
    LEFT JOIN accounts_agent a ON a.tenant_id = v.tenant_id AND a.id = v.author_id
    LEFT JOIN accounts_apikey k ON k.tenant_id = v.tenant_id AND k.id = v.api_key_id
    WHERE v.tenant_id = a_tenant AND v.memory_id = a_memory AND v.number = a_number
      AND a_person IN (v.author_id, a.owner_id, k.created_by_id, k.user_id))
$$;
"""

# `memory.reviews.approvals.approved_by`: those whose last word is an approval of this very text,
# and who do not stand behind what was proposed.
APPROVERS = """
CREATE FUNCTION mnemoscope_approvers(a_review memory_reviewitem) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  WITH standing AS (
    SELECT d.* FROM memory_reviewdecision d
    WHERE d.tenant_id = a_review.tenant_id AND d.review_id = a_review.id
      AND d.undoes_id IS NULL AND NOT EXISTS (
        SELECT FROM memory_reviewdecision u WHERE u.tenant_id = d.tenant_id AND u.undoes_id = d.id)
  ), last_word AS (
    SELECT DISTINCT ON (decided_by_id) * FROM standing
    ORDER BY decided_by_id, decided_at DESC, id DESC
  )
  SELECT count(*) FROM last_word
  WHERE outcome IN ('approved', 'edited', 'restored', 'merged')
    AND content_digest = a_review.content_digest
    AND NOT mnemoscope_proposed(
      a_review.tenant_id, a_review.memory_id, coalesce(a_review.first_version, a_review.version),
      decided_by_id)
$$;
"""


# The roles are those that may decide (`console.accounts.permissions`).
TAKE_DECISION = """
CREATE FUNCTION mnemoscope_take_decision() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  asked memory_reviewitem;
  undone memory_reviewdecision;
  author uuid;
  digest bytea;
BEGIN
  -- Whoever decides at the same moment waits, and then sees what this one made of it.
  SELECT * INTO asked FROM memory_reviewitem
  WHERE tenant_id = NEW.tenant_id AND id = NEW.review_id FOR UPDATE;
  IF NEW.outcome = 'undone' THEN
    SELECT * INTO undone FROM memory_reviewdecision
    WHERE tenant_id = NEW.tenant_id AND id = NEW.undoes_id;
    IF undone.review_id IS DISTINCT FROM NEW.review_id OR undone.outcome = 'undone' THEN
      RAISE EXCEPTION 'an undo takes back a decision upon the same review'
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF asked.status IS DISTINCT FROM 'open' THEN
    RAISE EXCEPTION 'a closed review takes no decision but an undo'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.outcome NOT IN ('approved', 'edited', 'restored', 'merged') THEN
    RETURN NEW;
  END IF;
  IF NEW.decided_by_kind <> 'user' OR NOT EXISTS (
    SELECT FROM accounts_membership
    WHERE tenant_id = NEW.tenant_id AND user_id = NEW.decided_by_id
      AND role IN ('owner', 'reviewer')
  ) THEN
    RAISE EXCEPTION 'only a member who reviews can approve' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT author_id, content_digest INTO author, digest FROM memory_memoryversion
  WHERE tenant_id = NEW.tenant_id AND memory_id = asked.memory_id AND number = asked.version;
  IF NEW.content_digest IS DISTINCT FROM digest OR digest IS DISTINCT FROM asked.content_digest THEN
    RAISE EXCEPTION 'an approval is of the text as it stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF mnemoscope_proposed(
      NEW.tenant_id, asked.memory_id, coalesce(asked.first_version, asked.version),
      NEW.decided_by_id)
    OR (asked.first_version IS NOT NULL AND NEW.outcome IN ('approved', 'merged')
      AND mnemoscope_proposed(NEW.tenant_id, asked.memory_id, asked.version, NEW.decided_by_id))
  THEN
    RAISE EXCEPTION 'whoever proposed it does not approve it' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.outcome IN ('edited', 'restored')
     AND (asked.first_version IS NULL OR author IS DISTINCT FROM NEW.decided_by_id) THEN
    RAISE EXCEPTION 'an edit approves a text of one''s own in place of what was proposed'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER ruled BEFORE INSERT ON memory_reviewdecision
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_take_decision();
"""

RULE_REVIEWS = """
CREATE FUNCTION mnemoscope_rule_review() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status IN ('approved', 'edited', 'restored', 'merged') THEN
      RAISE EXCEPTION 'a review is approved by decisions' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.tenant_id, NEW.id, NEW.memory_id) IS DISTINCT FROM (OLD.tenant_id, OLD.id, OLD.memory_id)
     OR NEW.approvals_needed < OLD.approvals_needed THEN
    RAISE EXCEPTION 'a review keeps its memory, and needs no fewer people than it was opened for'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.first_version IS DISTINCT FROM OLD.first_version
     AND (OLD.first_version IS NULL AND NEW.first_version IS DISTINCT FROM OLD.version
       OR OLD.first_version IS NOT NULL
         AND (NEW.first_version IS NOT NULL OR NEW.version IS DISTINCT FROM OLD.first_version)) THEN
    RAISE EXCEPTION 'a review keeps what was first proposed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.version, NEW.content_digest) IS DISTINCT FROM (OLD.version, OLD.content_digest)
     AND NOT EXISTS (
       SELECT FROM memory_memoryversion
       WHERE tenant_id = NEW.tenant_id AND memory_id = NEW.memory_id AND number = NEW.version
         AND content_digest = NEW.content_digest) THEN
    RAISE EXCEPTION 'a review is of a version and its text' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF NEW.status IN ('approved', 'edited', 'restored', 'merged')
     AND mnemoscope_approvers(NEW) < NEW.approvals_needed THEN
    RAISE EXCEPTION 'review % needs approvals of % different people', NEW.id, NEW.approvals_needed
      USING ERRCODE = 'restrict_violation';
  END IF;
  -- What is folded into another memory was closed with what it was.
  IF OLD.status = 'open' OR (OLD.status, NEW.status) = ('expired', 'merged') THEN
    RETURN NEW;
  END IF;
  IF NEW.status = 'open' AND EXISTS (
    SELECT FROM memory_reviewdecision u
    JOIN memory_reviewdecision d ON d.tenant_id = u.tenant_id AND d.id = u.undoes_id
    JOIN memory_decisioneffect e ON e.tenant_id = u.tenant_id AND e.id = u.undoes_id
    WHERE u.tenant_id = NEW.tenant_id AND u.undoes_id IS NOT NULL AND u.decided_at >= OLD.closed_at
      AND (d.review_id = NEW.id OR NEW.id = ANY (e.closed))
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a closed review stays closed unless what closed it is undone'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER opened BEFORE INSERT ON memory_reviewitem
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_rule_review();
CREATE TRIGGER ruled BEFORE UPDATE ON memory_reviewitem FOR EACH ROW WHEN (
    (OLD.tenant_id, OLD.id, OLD.memory_id, OLD.status, OLD.version, OLD.first_version,
     OLD.content_digest, OLD.approvals_needed)
    IS DISTINCT FROM
    (NEW.tenant_id, NEW.id, NEW.memory_id, NEW.status, NEW.version, NEW.first_version,
     NEW.content_digest, NEW.approvals_needed)
  ) EXECUTE FUNCTION mnemoscope_rule_review();
"""

FUNCTIONS = (
    "proposed(uuid, uuid, integer, uuid)",
    "approvers(memory_reviewitem)",
    "take_decision()",
    "rule_review()",
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_members'),
        ('memory', '0015_subjects'),
    ]

    operations = [
        migrations.RunSQL(
            [PROPOSED, APPROVERS, TAKE_DECISION, RULE_REVIEWS],
            [f"DROP FUNCTION mnemoscope_{name} CASCADE" for name in FUNCTIONS],
        ),
    ]
