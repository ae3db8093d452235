"""What members say to licences: yes, no, later, never this kind, pause."""
