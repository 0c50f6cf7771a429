-- Entries of former releases come first in the chain, in their order.
INSERT INTO audit_links (workspace_id, sequence, entry_id) SELECT workspace_id, row_number() OVER (PARTITION BY workspace_id ORDER BY rowid), id FROM audit_log;
--> statement-breakpoint
-- Numbers an entry in the transaction that inserts it: writes of D1 are serial, so the numbers have no gaps.
CREATE TRIGGER audit_log_link AFTER INSERT ON audit_log BEGIN INSERT INTO audit_links (workspace_id, sequence, entry_id) SELECT NEW.workspace_id, coalesce((SELECT max(l.sequence) FROM audit_links l WHERE l.workspace_id = NEW.workspace_id), (SELECT max(s.sequence) FROM audit_seals s WHERE s.workspace_id = NEW.workspace_id), 0) + 1, NEW.id; END;
--> statement-breakpoint
-- A hash is set once; nothing else of a link changes.
CREATE TRIGGER audit_links_no_update BEFORE UPDATE ON audit_links WHEN OLD.hash IS NOT NULL OR NEW.hash IS NULL OR NEW.workspace_id <> OLD.workspace_id OR NEW.sequence <> OLD.sequence OR NEW.entry_id <> OLD.entry_id BEGIN SELECT RAISE(ABORT, 'audit_links is append-only'); END;
--> statement-breakpoint
-- Entries and links go with their workspace, or up to a seal that is marked as purged.
CREATE TRIGGER audit_links_no_delete BEFORE DELETE ON audit_links WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.workspace_id = OLD.workspace_id AND s.sequence >= OLD.sequence AND s.purged_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'audit_links is append-only'); END;
--> statement-breakpoint
DROP TRIGGER audit_log_no_delete;
--> statement-breakpoint
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) AND NOT EXISTS (SELECT 1 FROM audit_links l JOIN audit_seals s ON s.workspace_id = l.workspace_id AND s.sequence >= l.sequence WHERE l.entry_id = OLD.id AND s.purged_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--> statement-breakpoint
-- A seal is marked as purged once; nothing else of it changes.
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals WHEN OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL OR NEW.workspace_id <> OLD.workspace_id OR NEW.sequence <> OLD.sequence OR NEW.hash <> OLD.hash OR NEW.sealed_at <> OLD.sealed_at OR NEW.key_number IS NOT OLD.key_number OR NEW.signature IS NOT OLD.signature BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END;
--> statement-breakpoint
-- Seals before a checkpoint go with what they sealed; the last checkpoint stays.
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.workspace_id = OLD.workspace_id AND s.sequence > OLD.sequence AND s.purged_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER invoices_no_update BEFORE UPDATE ON invoices BEGIN SELECT RAISE(ABORT, 'invoices are immutable'); END;
--> statement-breakpoint
CREATE TRIGGER invoices_no_delete BEFORE DELETE ON invoices WHEN EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL) BEGIN SELECT RAISE(ABORT, 'invoices are immutable'); END;
