-- Written from code in the batch of the chunks it indexes; rowid is chunks.seq.
CREATE VIRTUAL TABLE IF NOT EXISTS chunks_fts USING fts5(scope, title, body, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS agent_versions_no_update BEFORE UPDATE ON agent_versions BEGIN SELECT RAISE(ABORT, 'agent_versions is immutable'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS agent_versions_no_delete BEFORE DELETE ON agent_versions BEGIN SELECT RAISE(ABORT, 'agent_versions is immutable'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS agent_activations_no_update BEFORE UPDATE ON agent_activations BEGIN SELECT RAISE(ABORT, 'agent_activations is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS agent_activations_no_delete BEFORE DELETE ON agent_activations BEGIN SELECT RAISE(ABORT, 'agent_activations is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS tool_revisions_no_update BEFORE UPDATE ON tool_revisions BEGIN SELECT RAISE(ABORT, 'tool_revisions is immutable'); END;
