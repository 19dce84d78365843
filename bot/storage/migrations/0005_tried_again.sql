-- What was tried before and may be tried again: found at once among a hundred thousand that never were.
CREATE INDEX deliveries_tried ON deliveries (platform, ready_at)
    WHERE ready_at IS NOT NULL AND attempts > 0 AND kind <> 'announcement';
