"""Pure rules of identity: what each role may, and when a grant holds."""
