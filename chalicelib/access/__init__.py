"""Who may do and see what: identity from the authorizer, the read and write matrices (pure), the audit log."""
