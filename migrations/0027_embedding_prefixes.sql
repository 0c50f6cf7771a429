ALTER TABLE `knowledge_bases` ADD `query_prefix` text;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `document_prefix` text;