"""Pure rules of booking: occupancy, changeover, segregation, opening, the verdict."""
