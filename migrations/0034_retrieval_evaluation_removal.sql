-- Golden questions and evaluations are deleted together with their base, and results together with their evaluation.
CREATE TRIGGER IF NOT EXISTS golden_questions_of_base AFTER DELETE ON knowledge_bases
BEGIN
  DELETE FROM golden_questions WHERE workspace_id = OLD.workspace_id AND base_id = OLD.id;
  DELETE FROM retrieval_evaluations WHERE workspace_id = OLD.workspace_id AND base_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS retrieval_results_removed AFTER DELETE ON retrieval_evaluations
BEGIN
  DELETE FROM retrieval_results WHERE evaluation_id = OLD.id;
END;
