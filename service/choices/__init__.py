"""A member's choices about licences: yes, no, later, standing refusals, pause."""
