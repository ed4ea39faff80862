"""Pure rules of booking: wishes, plans, occupancy, changeover, segregation, the verdict."""
