-- Files of a message that was not answered yet are removed however its row is deleted.
CREATE TRIGGER IF NOT EXISTS files_of_channel_message BEFORE DELETE ON channel_messages WHEN OLD.files LIKE '%object_key%'
BEGIN
INSERT INTO outbox (id, workspace_id, job, due_at, created_at) SELECT 'job_' || substr(OLD.id, 5), OLD.workspace_id, json_object('type', 'channel.remove_files', 'message_id', OLD.id, 'keys', json_group_array(f.value ->> 'object_key')), OLD.created_at, OLD.created_at FROM json_each(OLD.files) f WHERE f.value ->> 'object_key' IS NOT NULL ON CONFLICT DO NOTHING;
END;
