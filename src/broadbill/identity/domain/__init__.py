"""Who may do what: rules without a database."""
