-- What fell due lately, for the figures of a day or a week: read as a range, however many years lie before it.
CREATE INDEX deliveries_due ON deliveries (due_at);
