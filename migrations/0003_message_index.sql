UPDATE messages SET parent_id = (SELECT m.id FROM messages m WHERE m.session_id = messages.session_id AND m.seq = messages.seq - 1), depth = seq;
--> statement-breakpoint
UPDATE sessions SET head_id = (SELECT id FROM messages WHERE session_id = sessions.id ORDER BY seq DESC LIMIT 1);
--> statement-breakpoint
UPDATE sessions SET titled_by = 'person' WHERE title IS NOT NULL;
--> statement-breakpoint
UPDATE runs SET input_message_id = (SELECT id FROM messages WHERE run_id = runs.id AND role = 'user');
