-- Cases and texts of reviews that were made from turns of a session are erased with it.
CREATE TRIGGER IF NOT EXISTS cases_of_erased_session AFTER DELETE ON sessions
BEGIN
UPDATE datasets SET
  case_count = case_count - (SELECT count(*) FROM dataset_cases c WHERE c.source_session_id = OLD.id AND c.dataset_id = datasets.id AND c.until_revision IS NULL),
  erased_count = erased_count + (SELECT count(DISTINCT c.id) FROM dataset_cases c WHERE c.source_session_id = OLD.id AND c.dataset_id = datasets.id)
  WHERE id IN (SELECT c.dataset_id FROM dataset_cases c WHERE c.source_session_id = OLD.id);
DELETE FROM dataset_cases WHERE source_session_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS reviews_of_erased_session AFTER DELETE ON sessions
BEGIN
UPDATE review_verdicts SET note = NULL, better_answer = NULL WHERE item_id IN (SELECT i.id FROM review_items i WHERE i.session_id = OLD.id);
UPDATE review_items SET content_erased = 1 WHERE session_id = OLD.id;
END;
--> statement-breakpoint
-- The same of a run without a session.
CREATE TRIGGER IF NOT EXISTS cases_of_erased_run AFTER DELETE ON run_contents
BEGIN
UPDATE datasets SET
  case_count = case_count - (SELECT count(*) FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL AND c.dataset_id = datasets.id AND c.until_revision IS NULL),
  erased_count = erased_count + (SELECT count(DISTINCT c.id) FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL AND c.dataset_id = datasets.id)
  WHERE id IN (SELECT c.dataset_id FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL);
DELETE FROM dataset_cases WHERE source_run_id = OLD.run_id AND source_session_id IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS reviews_of_erased_run AFTER DELETE ON run_contents
BEGIN
UPDATE review_verdicts SET note = NULL, better_answer = NULL WHERE item_id IN (SELECT i.id FROM review_items i WHERE i.run_id = OLD.run_id);
UPDATE review_items SET content_erased = 1 WHERE run_id = OLD.run_id;
END;
--> statement-breakpoint
INSERT INTO quota_defaults (resource, max) VALUES ('datasets', 500), ('dataset_cases', 200000) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_datasets_insert AFTER INSERT ON datasets BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'datasets', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_datasets_delete AFTER DELETE ON datasets BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'datasets'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_dataset_cases_insert AFTER INSERT ON dataset_cases BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'dataset_cases', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_dataset_cases_delete AFTER DELETE ON dataset_cases BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'dataset_cases'; END;
