"""How any model trains, on any device: the common training step, replicas, random numbers, optimisers, schedules."""
