"""How any model trains, on any device: the common step, replicas, random numbers, optimisers, schedules."""
