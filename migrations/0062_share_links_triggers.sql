-- What visitors of share links use up is counted, and refused past the limits, by the statements that use it up
-- (share-links/store.ts). The key that owns a session or run of a visitor has the id of the link.
CREATE TRIGGER IF NOT EXISTS share_link_of_visitor AFTER INSERT ON share_visitors
BEGIN
UPDATE share_links SET visitors = visitors + 1 WHERE id = NEW.link_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS share_link_of_session AFTER INSERT ON sessions WHEN NEW.created_by GLOB 'shl_*'
BEGIN
SELECT RAISE(ABORT, 'share_limit:sessions') WHERE EXISTS (SELECT 1 FROM share_links l WHERE l.id = NEW.created_by AND l.workspace_id = NEW.workspace_id AND l.sessions >= l.max_sessions);
SELECT RAISE(ABORT, 'share_limit:sessions_of_visitor') WHERE EXISTS (SELECT 1 FROM share_visitors v WHERE v.id = NEW.end_user_id AND v.workspace_id = NEW.workspace_id AND v.sessions >= 200);
UPDATE share_links SET sessions = sessions + 1 WHERE id = NEW.created_by AND workspace_id = NEW.workspace_id;
UPDATE share_visitors SET sessions = sessions + 1 WHERE id = NEW.end_user_id AND link_id = NEW.created_by AND workspace_id = NEW.workspace_id;
END;
--> statement-breakpoint
-- A queued run that starts updates its row, which is not another message.
CREATE TRIGGER IF NOT EXISTS share_link_of_run AFTER INSERT ON runs WHEN NEW.created_by GLOB 'shl_*'
BEGIN
SELECT RAISE(ABORT, 'share_limit:messages') WHERE EXISTS (SELECT 1 FROM sessions s JOIN share_visitors v ON v.id = s.end_user_id JOIN share_links l ON l.id = v.link_id
  WHERE s.id = NEW.session_id AND l.id = NEW.created_by AND l.workspace_id = NEW.workspace_id AND v.messages >= l.max_messages_per_visitor);
UPDATE share_links SET messages = messages + 1 WHERE id = NEW.created_by AND workspace_id = NEW.workspace_id;
UPDATE share_visitors SET messages = messages + 1 WHERE id = (SELECT s.end_user_id FROM sessions s WHERE s.id = NEW.session_id) AND link_id = NEW.created_by AND workspace_id = NEW.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS share_link_of_usage AFTER INSERT ON usage WHEN NEW.api_key_id GLOB 'shl_*' AND NEW.cost_nano_usd > 0
BEGIN
UPDATE share_links SET cost_nano_usd = cost_nano_usd + NEW.cost_nano_usd WHERE id = NEW.api_key_id AND workspace_id = NEW.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS share_link_of_feedback AFTER INSERT ON feedback WHEN NEW.end_user_id GLOB 'share:shl_*'
BEGIN
UPDATE share_links SET feedback_positive = feedback_positive + (NEW.rating IN ('up', '4', '5')), feedback_negative = feedback_negative + (NEW.rating IN ('down', '1', '2'))
  WHERE id = substr(NEW.end_user_id, 7, 30) AND workspace_id = NEW.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS share_link_of_changed_feedback AFTER UPDATE OF rating ON feedback WHEN NEW.end_user_id GLOB 'share:shl_*'
BEGIN
UPDATE share_links SET feedback_positive = feedback_positive + (NEW.rating IN ('up', '4', '5')) - (OLD.rating IN ('up', '4', '5')),
  feedback_negative = feedback_negative + (NEW.rating IN ('down', '1', '2')) - (OLD.rating IN ('down', '1', '2'))
  WHERE id = substr(NEW.end_user_id, 7, 30) AND workspace_id = NEW.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS share_link_of_deleted_feedback AFTER DELETE ON feedback WHEN OLD.end_user_id GLOB 'share:shl_*'
BEGIN
UPDATE share_links SET feedback_positive = feedback_positive - (OLD.rating IN ('up', '4', '5')), feedback_negative = feedback_negative - (OLD.rating IN ('down', '1', '2'))
  WHERE id = substr(OLD.end_user_id, 7, 30) AND workspace_id = OLD.workspace_id;
END;
