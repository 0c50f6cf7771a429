-- A message of a visitor to the person who handles the session is no run, and counts like one (0062).
CREATE TRIGGER IF NOT EXISTS share_link_of_message AFTER INSERT ON messages WHEN NEW.role = 'user' AND NEW.run_id = NEW.id
BEGIN
SELECT RAISE(ABORT, 'share_limit:messages') WHERE EXISTS (SELECT 1 FROM sessions s JOIN share_visitors v ON v.id = s.end_user_id JOIN share_links l ON l.id = v.link_id
  WHERE s.id = NEW.session_id AND l.id = s.created_by AND l.workspace_id = NEW.workspace_id AND v.messages >= l.max_messages_per_visitor);
UPDATE share_links SET messages = messages + 1 WHERE id = (SELECT s.created_by FROM sessions s WHERE s.id = NEW.session_id) AND workspace_id = NEW.workspace_id;
UPDATE share_visitors SET messages = messages + 1 WHERE id = (SELECT s.end_user_id FROM sessions s JOIN share_links l ON l.id = s.created_by WHERE s.id = NEW.session_id) AND workspace_id = NEW.workspace_id;
END;
