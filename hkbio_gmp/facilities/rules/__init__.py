"""Pure rules of facilities: facts, changeover, segregation, opening, the file, pseudonyms."""
