"""What became of people: the funnel from first evidence to sustained work, told without telling of anybody."""
