"""The catalogue of seeded defects: what an audit must catch, one small change of the rehearsal each, switched on by name."""
