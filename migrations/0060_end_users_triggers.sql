-- The figures of end users, in the transaction of what they count. Nothing is counted for a person who is being erased.
CREATE TRIGGER end_user_of_session AFTER INSERT ON sessions
WHEN NEW.end_user_id IS NOT NULL
BEGIN
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, session_count) VALUES (NEW.workspace_id, NEW.end_user_id, NEW.created_at, NEW.created_at, 1)
ON CONFLICT (workspace_id, id) DO UPDATE SET session_count = session_count + 1, last_seen_at = max(last_seen_at, excluded.last_seen_at);
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_deleted_session AFTER DELETE ON sessions
WHEN OLD.end_user_id IS NOT NULL
BEGIN
UPDATE end_users SET session_count = session_count - 1 WHERE workspace_id = OLD.workspace_id AND id = OLD.end_user_id;
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_run AFTER INSERT ON runs
WHEN NEW.session_id IS NOT NULL
BEGIN
UPDATE end_users SET run_count = run_count + 1, last_seen_at = max(last_seen_at, NEW.created_at)
WHERE workspace_id = NEW.workspace_id AND id = (SELECT s.end_user_id FROM sessions s WHERE s.id = NEW.session_id);
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_one_off_run AFTER INSERT ON run_contents
WHEN NEW.end_user_id IS NOT NULL
BEGIN
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, run_count) VALUES (NEW.workspace_id, NEW.end_user_id, NEW.created_at, NEW.created_at, 1)
ON CONFLICT (workspace_id, id) DO UPDATE SET run_count = run_count + 1, last_seen_at = max(last_seen_at, excluded.last_seen_at);
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_usage AFTER INSERT ON usage
WHEN NEW.end_user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, spent_nano_usd) VALUES (NEW.workspace_id, NEW.end_user_id, NEW.created_at, NEW.created_at, coalesce(NEW.cost_nano_usd, 0))
ON CONFLICT (workspace_id, id) DO UPDATE SET spent_nano_usd = spent_nano_usd + excluded.spent_nano_usd, last_seen_at = max(last_seen_at, excluded.last_seen_at);
END;
--> statement-breakpoint
-- The cost of a call that was under way when the erasure began stays counted, without the person.
CREATE TRIGGER usage_of_erased_end_user AFTER INSERT ON usage
WHEN NEW.end_user_id IS NOT NULL AND EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN
UPDATE usage SET end_user_id = (SELECT e.pseudonym FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id) WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_rating AFTER INSERT ON feedback
WHEN NEW.end_user_id <> ''
BEGIN
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, feedback_count, positive_count, negative_count)
VALUES (NEW.workspace_id, NEW.end_user_id, NEW.created_at, NEW.created_at, 1, NEW.rating IN ('up', '4', '5'), NEW.rating IN ('down', '1', '2'))
ON CONFLICT (workspace_id, id) DO UPDATE SET feedback_count = feedback_count + 1, positive_count = positive_count + excluded.positive_count,
negative_count = negative_count + excluded.negative_count, last_seen_at = max(last_seen_at, excluded.last_seen_at);
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_changed_rating AFTER UPDATE OF rating ON feedback
WHEN NEW.end_user_id <> ''
BEGIN
UPDATE end_users SET positive_count = positive_count - (OLD.rating IN ('up', '4', '5')) + (NEW.rating IN ('up', '4', '5')),
negative_count = negative_count - (OLD.rating IN ('down', '1', '2')) + (NEW.rating IN ('down', '1', '2')), last_seen_at = max(last_seen_at, NEW.updated_at)
WHERE workspace_id = NEW.workspace_id AND id = NEW.end_user_id;
END;
--> statement-breakpoint
CREATE TRIGGER end_user_of_deleted_rating AFTER DELETE ON feedback
WHEN OLD.end_user_id <> ''
BEGIN
UPDATE end_users SET feedback_count = feedback_count - 1, positive_count = positive_count - (OLD.rating IN ('up', '4', '5')),
negative_count = negative_count - (OLD.rating IN ('down', '1', '2'))
WHERE workspace_id = OLD.workspace_id AND id = OLD.end_user_id;
END;
--> statement-breakpoint
-- Nothing new is stored of a person who is being erased.
CREATE TRIGGER session_of_erased_end_user BEFORE INSERT ON sessions
WHEN NEW.end_user_id IS NOT NULL AND EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
--> statement-breakpoint
CREATE TRIGGER run_of_erased_end_user BEFORE INSERT ON runs
WHEN NEW.session_id IS NOT NULL AND EXISTS (SELECT 1 FROM sessions s JOIN erasures e ON e.workspace_id = s.workspace_id AND e.end_user_id = s.end_user_id WHERE s.id = NEW.session_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
--> statement-breakpoint
CREATE TRIGGER one_off_run_of_erased_end_user BEFORE INSERT ON run_contents
WHEN NEW.end_user_id IS NOT NULL AND EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
--> statement-breakpoint
CREATE TRIGGER rating_of_erased_end_user BEFORE INSERT ON feedback
WHEN NEW.end_user_id <> '' AND EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
--> statement-breakpoint
CREATE TRIGGER sign_in_of_erased_end_user BEFORE INSERT ON mcp_authorizations
WHEN NEW.end_user_id <> '' AND EXISTS (SELECT 1 FROM erasures e WHERE e.workspace_id = NEW.workspace_id AND e.end_user_id = NEW.end_user_id)
BEGIN SELECT RAISE(ABORT, 'end_user_being_erased'); END;
--> statement-breakpoint
-- Entries of the audit log stay as they are, except that an erasure replaces the person by a pseudonym.
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
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--> statement-breakpoint
-- Those who are known so far.
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, session_count)
SELECT workspace_id, end_user_id, min(created_at), max(updated_at), count(*) FROM sessions WHERE end_user_id IS NOT NULL GROUP BY workspace_id, end_user_id;
--> statement-breakpoint
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, spent_nano_usd)
SELECT workspace_id, end_user_id, min(created_at), max(created_at), coalesce(sum(cost_nano_usd), 0) FROM usage WHERE end_user_id IS NOT NULL GROUP BY workspace_id, end_user_id
ON CONFLICT (workspace_id, id) DO UPDATE SET spent_nano_usd = excluded.spent_nano_usd, first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at);
--> statement-breakpoint
INSERT INTO end_users (workspace_id, id, first_seen_at, last_seen_at, feedback_count, positive_count, negative_count)
SELECT workspace_id, end_user_id, min(created_at), max(updated_at), count(*), sum(rating IN ('up', '4', '5')), sum(rating IN ('down', '1', '2')) FROM feedback WHERE end_user_id <> '' GROUP BY workspace_id, end_user_id
ON CONFLICT (workspace_id, id) DO UPDATE SET feedback_count = excluded.feedback_count, positive_count = excluded.positive_count, negative_count = excluded.negative_count,
first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at);
