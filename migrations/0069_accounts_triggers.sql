-- Nothing is added to a deleted account, and its row does not change.
CREATE TRIGGER users_no_update_of_deleted BEFORE UPDATE ON users WHEN OLD.deleted_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
CREATE TRIGGER members_of_deleted_account BEFORE INSERT ON members
WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
CREATE TRIGGER user_sessions_of_deleted_account BEFORE INSERT ON user_sessions
WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
CREATE TRIGGER user_identities_of_deleted_account BEFORE INSERT ON user_identities
WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
CREATE TRIGGER passkeys_of_deleted_account BEFORE INSERT ON passkeys
WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
CREATE TRIGGER user_tokens_of_deleted_account BEFORE INSERT ON user_tokens
WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'account_deleted'); END;
--> statement-breakpoint
-- As before, and a running deletion of an account replaces the person: their id by that of the membership, their addresses
-- by the same, the names that they gave, and the addresses of their network.
DROP TRIGGER audit_log_no_update;
--> statement-breakpoint
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
WHEN NOT EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = OLD.workspace_id AND e.end_user_id IS NOT NULL
  AND NEW.id = OLD.id AND NEW.workspace_id = OLD.workspace_id AND NEW.actor_type = OLD.actor_type AND NEW.action = OLD.action
  AND NEW.target_type = OLD.target_type AND NEW.request_id = OLD.request_id AND NEW.created_at = OLD.created_at
  AND NEW.actor_id IS iif(OLD.actor_id IS e.end_user_id AND OLD.actor_type = 'end_user', e.pseudonym, OLD.actor_id)
  AND NEW.target_id IS iif(OLD.target_id IS e.end_user_id AND OLD.target_type = 'end_user', e.pseudonym, OLD.target_id)
  AND NEW.detail IS replace(OLD.detail, json_quote(e.end_user_id), json_quote(e.pseudonym))
  AND (NEW.ip IS OLD.ip OR (NEW.ip IS NULL AND OLD.actor_type = 'end_user' AND OLD.actor_id IS e.end_user_id)))
AND NOT EXISTS (SELECT 1 FROM account_deletions d JOIN members m ON m.user_id = d.user_id AND m.workspace_id = OLD.workspace_id WHERE d.email IS NOT NULL
  AND NEW.id = OLD.id AND NEW.workspace_id = OLD.workspace_id AND NEW.actor_type = OLD.actor_type AND NEW.action = OLD.action
  AND NEW.target_type = OLD.target_type AND NEW.target_id IS OLD.target_id AND NEW.request_id = OLD.request_id AND NEW.created_at = OLD.created_at
  AND NEW.actor_id IS iif(OLD.actor_id IS d.user_id AND OLD.actor_type = 'person', m.id, OLD.actor_id)
  AND (NEW.ip IS OLD.ip OR (NEW.ip IS NULL AND NEW.actor_id IS m.id AND OLD.actor_type IN ('person', 'user')))
  AND (NEW.detail IS OLD.detail OR NEW.detail IS replace(OLD.detail, json_quote(d.email), json_quote(m.id))
    OR (OLD.action = 'person.update' AND NEW.actor_id IS m.id AND NEW.detail IS json_object('name', m.id))
    OR EXISTS (SELECT 1 FROM invitations i WHERE i.workspace_id = OLD.workspace_id AND i.accepted_by = m.id AND NEW.detail IS replace(OLD.detail, json_quote(i.email), json_quote(m.id)))))
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--> statement-breakpoint
DROP TRIGGER audit_links_no_update;
--> statement-breakpoint
CREATE TRIGGER audit_links_no_update BEFORE UPDATE ON audit_links
WHEN NEW.workspace_id <> OLD.workspace_id OR NEW.sequence <> OLD.sequence OR NEW.entry_id <> OLD.entry_id
OR NOT ((OLD.hash IS NULL AND NEW.hash IS NOT NULL AND NEW.personal_digest IS NOT NULL AND NEW.salt IS OLD.salt AND NEW.redacted_by IS OLD.redacted_by)
  OR (NEW.hash IS OLD.hash AND NEW.personal_digest IS OLD.personal_digest AND NEW.salt IS NULL
    AND (EXISTS (SELECT 1 FROM erasures e JOIN audit_log a ON a.id = OLD.entry_id WHERE e.workspace_id = OLD.workspace_id AND e.id = NEW.redacted_by AND e.end_user_id IS NOT NULL
      AND (a.actor_id = e.pseudonym OR a.target_id = e.pseudonym OR instr(a.detail, json_quote(e.pseudonym)) > 0))
    OR EXISTS (SELECT 1 FROM members m JOIN account_deletions d ON d.user_id = m.user_id JOIN audit_log a ON a.id = OLD.entry_id
      WHERE m.id = NEW.redacted_by AND m.workspace_id = OLD.workspace_id AND d.email IS NOT NULL
      AND (a.actor_id = m.id OR a.target_id = m.id OR instr(a.detail, json_quote(m.id)) > 0)))))
BEGIN SELECT RAISE(ABORT, 'audit_links is append-only'); END;
--> statement-breakpoint
-- The member who deleted their account stands for the deletion, so that nobody can follow it from workspace to workspace.
DROP TRIGGER audit_link_of_redaction;
--> statement-breakpoint
CREATE TRIGGER audit_link_of_redaction AFTER UPDATE ON audit_log
WHEN NEW.actor_id IS NOT OLD.actor_id OR NEW.target_id IS NOT OLD.target_id OR NEW.detail IS NOT OLD.detail OR NEW.ip IS NOT OLD.ip
BEGIN
UPDATE audit_links SET salt = NULL, redacted_by = coalesce((SELECT e.id FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id IS NOT NULL
  AND ((OLD.actor_id = e.end_user_id AND NEW.actor_id = e.pseudonym) OR (OLD.target_id = e.end_user_id AND NEW.target_id = e.pseudonym)
    OR (NEW.detail <> OLD.detail AND NEW.detail = replace(OLD.detail, json_quote(e.end_user_id), json_quote(e.pseudonym))))),
  (SELECT m.id FROM account_deletions d JOIN members m ON m.user_id = d.user_id AND m.workspace_id = NEW.workspace_id WHERE d.email IS NOT NULL
    AND (NEW.actor_id = m.id OR (NEW.detail IS NOT OLD.detail AND instr(NEW.detail, json_quote(m.id)) > 0)) LIMIT 1))
WHERE entry_id = NEW.id;
END;
