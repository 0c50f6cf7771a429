-- As before, with a salt for what the entry says about a person.
DROP TRIGGER audit_log_link;
--> statement-breakpoint
CREATE TRIGGER audit_log_link AFTER INSERT ON audit_log BEGIN INSERT INTO audit_links (workspace_id, sequence, entry_id, salt) SELECT NEW.workspace_id, coalesce((SELECT max(l.sequence) FROM audit_links l WHERE l.workspace_id = NEW.workspace_id), (SELECT max(s.sequence) FROM audit_seals s WHERE s.workspace_id = NEW.workspace_id), 0) + 1, NEW.id, lower(hex(randomblob(16))); END;
--> statement-breakpoint
-- A hash is set once, with the digest of the personal fields. A link is marked by a running erasure whose pseudonym is in
-- the entry, which removes the salt; nothing else of a link changes.
DROP TRIGGER audit_links_no_update;
--> statement-breakpoint
CREATE TRIGGER audit_links_no_update BEFORE UPDATE ON audit_links
WHEN NEW.workspace_id <> OLD.workspace_id OR NEW.sequence <> OLD.sequence OR NEW.entry_id <> OLD.entry_id
OR NOT ((OLD.hash IS NULL AND NEW.hash IS NOT NULL AND NEW.personal_digest IS NOT NULL AND NEW.salt IS OLD.salt AND NEW.redacted_by IS OLD.redacted_by)
  OR (NEW.hash IS OLD.hash AND NEW.personal_digest IS OLD.personal_digest AND NEW.salt IS NULL
    AND EXISTS (SELECT 1 FROM erasures e JOIN audit_log a ON a.id = OLD.entry_id WHERE e.workspace_id = OLD.workspace_id AND e.id = NEW.redacted_by AND e.end_user_id IS NOT NULL
      AND (a.actor_id = e.pseudonym OR a.target_id = e.pseudonym OR instr(a.detail, json_quote(e.pseudonym)) > 0))))
BEGIN SELECT RAISE(ABORT, 'audit_links is append-only'); END;
--> statement-breakpoint
-- Marks the link of an entry in the statement that replaces the person; audit_log_no_update allows this only to an erasure.
CREATE TRIGGER audit_link_of_redaction AFTER UPDATE ON audit_log
WHEN NEW.actor_id IS NOT OLD.actor_id OR NEW.target_id IS NOT OLD.target_id OR NEW.detail IS NOT OLD.detail
BEGIN
UPDATE audit_links SET salt = NULL, redacted_by = (SELECT e.id FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id IS NOT NULL
  AND ((OLD.actor_id = e.end_user_id AND NEW.actor_id = e.pseudonym) OR (OLD.target_id = e.end_user_id AND NEW.target_id = e.pseudonym)
    OR (NEW.detail <> OLD.detail AND NEW.detail = replace(OLD.detail, json_quote(e.end_user_id), json_quote(e.pseudonym)))))
WHERE entry_id = NEW.id;
END;
--> statement-breakpoint
-- Nothing is remembered of a person who is being erased.
CREATE TRIGGER memory_of_erased_end_user BEFORE INSERT ON memories
WHEN EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
