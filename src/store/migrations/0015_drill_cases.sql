-- The list of a drill: its cases lie among very many others, so they have indexes of their own, which cost real cases nothing.
CREATE INDEX drill_cases_by_rank ON cases(rank DESC, id) WHERE mode <> 'Actual';
CREATE INDEX drill_cases_by_state ON cases(state, rank DESC, id) WHERE mode <> 'Actual';
CREATE INDEX drill_cases_by_id ON cases(id) WHERE mode <> 'Actual';
CREATE INDEX drill_cases_by_state_and_id ON cases(state, id) WHERE mode <> 'Actual';
