"""Which publications are copies, and which tell the same story: online, in order of arrival, in memory."""
