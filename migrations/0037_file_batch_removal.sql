-- A batch is deleted together with its base, and its entries together with it.
CREATE TRIGGER IF NOT EXISTS file_batches_of_base AFTER DELETE ON knowledge_bases BEGIN DELETE FROM file_batches WHERE base_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS file_batches_removed AFTER DELETE ON file_batches BEGIN DELETE FROM batch_entries WHERE batch_id = OLD.id; END;
