-- Its rows were moved to feedback by 0011. No table refers to it.
DROP TABLE message_feedback;
